using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Kernels;

public sealed unsafe class TopSelectionTests
{
    [Theory]
    [InlineData(1, 1, 10)]
    [InlineData(7, 3, 3)]
    [InlineData(100, 100, 50)]
    [InlineData(1000, 32, 20)]
    [InlineData(1000, 999, 1_000_000)]
    public void KthLargest_RandomValues_EqualsSorting(int count, int k, int distinct)
    {
        var random = new CounterRandom(1);
        var values = Enumerable.Range(0, count).Select(i => (float)random.Bounded((ulong)i, (ulong)distinct)).ToArray();
        var expected = values.OrderDescending().ElementAt(k - 1);

        Assert.Equal(expected, TopSelection.KthLargest(values, k));
    }

    [Fact]
    public void Cut_EqualValues_KeepsTheFirstInOrder()
    {
        var features = stackalloc int[6] { 2, 3, 5, 7, 11, 13 };
        var values = stackalloc float[6] { 1, 9, 4, 4, 8, 4 };
        var list = new SparseRow(features, values, null, 6);

        var least = TopSelection.Cut(ref list, 4, new float[6]);

        Assert.Equal(4, least);
        Assert.Equal([3, 5, 7, 11], new ReadOnlySpan<int>(list.Features, list.Count).ToArray());
        Assert.Equal([9f, 4, 4, 8], new ReadOnlySpan<float>(list.Values, list.Count).ToArray());
    }

    [Fact]
    public void BatchCut_EqualValues_KeepsThoseOfEarlierRows()
    {
        var features = stackalloc int[6] { 0, 1, 2, 0, 1, 2 };
        var values = stackalloc float[6] { 1, 3, 2, 2, 5, 2 };
        SparseRow[] rows = [new(features, values, null, 3), new(features + 3, values + 3, null, 3)];

        Assert.Equal(2, BatchSelection.Rank(rows, 4));
        Assert.Equal(0, BatchSelection.Rank(rows, 6));
        var least = BatchSelection.Cut(rows, 3);

        Assert.Equal(2, least);
        Assert.Equal([1, 2], new ReadOnlySpan<int>(rows[0].Features, rows[0].Count).ToArray());
        Assert.Equal([1], new ReadOnlySpan<int>(rows[1].Features, rows[1].Count).ToArray());
    }
}
