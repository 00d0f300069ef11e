namespace FeatureExplorer.Engine.Dictionaries.Kernels;

/// <summary>The features that the matching pursuit of one row has taken so far, and what each has got in all its steps.</summary>
internal sealed unsafe class PursuedRow
{
    private readonly List<(int Feature, float Value)> _taken = [];

    /// <summary>Number of features.</summary>
    public int Count => _taken.Count;

    /// <summary>Adds a step. Whether the feature has not been taken before.</summary>
    public bool Add(int feature, float value)
    {
        // A row has few features, and takes the latest again most often.
        for (var k = _taken.Count - 1; k >= 0; k--)
        {
            if (_taken[k].Feature == feature)
            {
                _taken[k] = (feature, _taken[k].Value + value);
                return false;
            }
        }

        _taken.Add((feature, value));
        return true;
    }

    /// <summary>Writes them, ascending, to a place with room for <see cref="Count"/> entries.</summary>
    public SparseRow Write(SparseRow place)
    {
        _taken.Sort(static (a, b) => a.Feature.CompareTo(b.Feature));
        for (var k = 0; k < _taken.Count; k++)
        {
            (place.Features[k], place.Values[k]) = _taken[k];
        }

        return place with { Count = _taken.Count };
    }
}
