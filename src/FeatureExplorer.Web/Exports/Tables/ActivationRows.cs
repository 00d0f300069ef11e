using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Web.Exports.Tables;

/// <summary>Collects rows of activations up to a block.</summary>
internal sealed class ActivationRows
{
    private readonly TokenStore _tokens;
    private readonly long[] _starts;
    private readonly int[] _features = new int[TableBlock.MostRows];
    private readonly long[] _positions = new long[TableBlock.MostRows];
    private readonly int[] _documents = new int[TableBlock.MostRows];
    private readonly int[] _ids = new int[TableBlock.MostRows];
    private readonly float[] _values = new float[TableBlock.MostRows];
    private int _count;

    public ActivationRows(TokenStore tokens)
    {
        _tokens = tokens;
        _starts = new long[tokens.DocumentCount];
        for (var document = 0; document < _starts.Length; document++)
        {
            _starts[document] = tokens.DocumentStart(document);
        }
    }

    public bool IsFull => _count == TableBlock.MostRows;

    /// <summary>Adds a feature's activations from one on, as many as there is room for; gives their number.</summary>
    public int Add(int feature, ReadOnlySpan<uint> positions, ReadOnlySpan<Half> values, int first)
    {
        var count = Math.Min(positions.Length - first, TableBlock.MostRows - _count);
        var tokens = _tokens.Tokens;
        var document = DocumentOf(positions[first]);
        for (var i = 0; i < count; i++)
        {
            var position = positions[first + i];
            while (document + 1 < _starts.Length && _starts[document + 1] <= position)
            {
                document++;
            }

            var row = _count + i;
            (_features[row], _positions[row], _documents[row], _ids[row], _values[row]) = (feature, position, document, tokens[position], (float)values[first + i]);
        }

        _count += count;
        return count;
    }

    /// <summary>The rows so far; the next begin anew.</summary>
    public TableBlock Take()
    {
        var block = new TableBlock(
            new TableColumn("feature", _features[.._count]), new TableColumn("position", _positions[.._count]), new TableColumn("document", _documents[.._count]),
            new TableColumn("token", _ids[.._count]), new TableColumn("value", _values[.._count]));
        _count = 0;
        return block;
    }

    private int DocumentOf(long position)
    {
        var found = Array.BinarySearch(_starts, position);
        return found < 0 ? ~found - 1 : found;
    }
}
