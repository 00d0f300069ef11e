namespace FeatureExplorer.Analysis.LogitSide;

/// <summary>The largest values that pass by and where, at most one of a document.</summary>
internal sealed class LargestByDocument(int most)
{
    private readonly List<(float Value, long Position, int Document)> _kept = [];

    /// <summary>The kept ones, largest first, ties by position.</summary>
    public IEnumerable<(float Value, long Position, int Document)> Kept => _kept.OrderByDescending(static entry => entry.Value).ThenBy(static entry => entry.Position);

    /// <summary>Whether a value would be kept if its document had no other.</summary>
    public bool Wants(float value) => _kept.Count < most || value > _kept.Min(static entry => entry.Value);

    public void Add(float value, long position, int document)
    {
        var same = _kept.FindIndex(entry => entry.Document == document);
        if (same >= 0)
        {
            _kept[same] = value > _kept[same].Value ? (value, position, document) : _kept[same];
        }
        else if (_kept.Count < most)
        {
            _kept.Add((value, position, document));
        }
        else
        {
            var least = _kept.IndexOf(_kept.MinBy(static entry => entry.Value));
            _kept[least] = value > _kept[least].Value ? (value, position, document) : _kept[least];
        }
    }
}
