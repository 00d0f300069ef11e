namespace FeatureExplorer.Engine.Dictionaries.Kernels;

/// <summary>The largest entries of all rows of a batch together.</summary>
internal static unsafe class BatchSelection
{
    /// <summary>
    /// Leaves the <paramref name="keep"/> largest entries of all rows, of equal ones those of earlier rows and lower features. Returns the
    /// smallest that is left; 0 when there is none.
    /// </summary>
    public static float Cut(Span<SparseRow> rows, long keep)
    {
        var values = Values(rows);
        if (values.Length <= keep)
        {
            return values.Length == 0 ? 0 : System.Numerics.Tensors.TensorPrimitives.Min<float>(values);
        }

        var least = TopSelection.KthLargest(values, (int)keep);
        var ties = (int)keep - values.Count(value => value > least);
        foreach (ref var row in rows)
        {
            TopSelection.CutAt(ref row, least, ref ties);
        }

        return least;
    }

    /// <summary>The value that so many entries reach; 0 when there are not so many.</summary>
    public static float Rank(ReadOnlySpan<SparseRow> rows, long entries)
    {
        var values = Values(rows);
        return values.Length <= entries ? 0 : TopSelection.KthLargest(values, (int)entries);
    }

    private static float[] Values(ReadOnlySpan<SparseRow> rows)
    {
        var count = 0L;
        foreach (ref readonly var row in rows)
        {
            count += row.Count;
        }

        var values = new float[count];
        var next = 0;
        foreach (ref readonly var row in rows)
        {
            new ReadOnlySpan<float>(row.Values, row.Count).CopyTo(values.AsSpan(next));
            next += row.Count;
        }

        return values;
    }
}
