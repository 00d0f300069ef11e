namespace FeatureExplorer.Engine.Dictionaries.Kernels;

/// <summary>
/// The active features of some rows, row after row (compressed sparse rows): those of row r are the entries RowStart[r] … RowStart[r + 1]
/// of <see cref="Features"/> (ascending) and <see cref="Values"/> (positive). Reused from call to call; the arrays grow and stay.
/// </summary>
public sealed class SparseActivations
{
    private (float Mean, float Gain)[] _norms = [];

    /// <summary>Number of rows.</summary>
    public int Rows { get; private set; }

    /// <summary>Number of active features over all rows.</summary>
    public int Count => RowStart[Rows];

    /// <summary>Where each row starts; Rows + 1 valid entries.</summary>
    public int[] RowStart { get; private set; } = new int[1];

    /// <summary>Feature numbers; <see cref="Count"/> valid entries.</summary>
    public int[] Features { get; private set; } = [];

    /// <summary>Activations f &gt; 0; <see cref="Count"/> valid entries.</summary>
    public float[] Values { get; private set; } = [];

    /// <summary>The features that are active in a row, ascending.</summary>
    public ReadOnlySpan<int> FeaturesOf(int row) => Features.AsSpan(RowStart[row]..RowStart[row + 1]);

    /// <summary>The activations of a row, in the order of <see cref="FeaturesOf"/>.</summary>
    public ReadOnlySpan<float> ValuesOf(int row) => Values.AsSpan(RowStart[row]..RowStart[row + 1]);

    /// <summary>Whether rows are normalised, so that each has a μ and a σ of its own.</summary>
    public bool HasNorms => _norms.Length > 0;

    /// <summary>σ of a row: what feature i adds to x̂ is σ f_i d_i (<see cref="RowNormalisation"/>); 1 where rows are not normalised.</summary>
    public float GainOf(int row) => _norms.Length == 0 ? 1 : _norms[row].Gain;

    /// <summary>μ of a row, which x̂ has added to it; 0 where rows are not normalised.</summary>
    public float MeanOf(int row) => _norms.Length == 0 ? 0 : _norms[row].Mean;

    /// <summary>Takes out all entries of some rows.</summary>
    /// <param name="leftOut">Whether a row is left out.</param>
    public void Silence(Func<int, bool> leftOut)
    {
        ArgumentNullException.ThrowIfNull(leftOut);
        var kept = 0;
        for (var row = 0; row < Rows; row++)
        {
            var (start, count) = (RowStart[row], RowStart[row + 1] - RowStart[row]);
            RowStart[row] = kept;
            if (!leftOut(row))
            {
                Array.Copy(Features, start, Features, kept, count);
                Array.Copy(Values, start, Values, kept, count);
                kept += count;
            }
        }

        RowStart[Rows] = kept;
    }

    /// <summary>Makes room for rows with so many entries each and sets <see cref="RowStart"/>; the entries themselves are for the caller to fill.</summary>
    /// <param name="entriesPerRow">How many.</param>
    /// <param name="norms">μ and σ of each row; empty where rows are not normalised.</param>
    public void Reset(ReadOnlySpan<int> entriesPerRow, ReadOnlySpan<(float Mean, float Gain)> norms = default)
    {
        Rows = entriesPerRow.Length;
        _norms = norms.ToArray();
        if (RowStart.Length < Rows + 1)
        {
            RowStart = new int[Rows + 1];
        }

        RowStart[0] = 0;
        for (var row = 0; row < Rows; row++)
        {
            RowStart[row + 1] = checked(RowStart[row] + entriesPerRow[row]);
        }

        if (Features.Length < Count)
        {
            var room = (int)Math.Min(Array.MaxLength, Count + ((long)Count / 4));
            Features = new int[room];
            Values = new float[room];
        }
    }
}
