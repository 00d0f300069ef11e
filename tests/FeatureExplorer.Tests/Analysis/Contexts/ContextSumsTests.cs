using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Analysis.Contexts;

[Collection(AloneTests.Name)]
public sealed class ContextSumsTests
{
    private const int Neurons = 37;
    private const int Contexts = 5;
    private const int Rows = 300;

    [Fact]
    public void Add_RandomNeurons_SumsByBruteForce()
    {
        var (f, members) = Data();
        var sums = Added(f, members, [100, 1, 199]);
        for (var neuron = 0; neuron < Neurons; neuron++)
        {
            Assert.Equal(f.Sum(row => (double)row[neuron] * row[neuron]), sums.SumOfSquares(neuron), 1e-9);
            for (var context = 0; context <= Contexts; context++)
            {
                var inside = f.Where((_, row) => context == sums.All || (members[row] >> context & 1) == 1).ToArray();
                Assert.Equal(inside.Sum(row => (double)row[neuron]), sums.Sum(context, neuron), 1e-9);
                Assert.Equal(inside.Count(row => row[neuron] > 0), sums.Count(context, neuron));
            }
        }
    }

    [Fact]
    public void Add_AnyNumberOfThreads_SameBits()
    {
        var (f, members) = Data();
        var threads = WorkerPool.Threads;
        try
        {
            var results = new List<double[]>();
            foreach (var count in (int[])[1, 2, 3])
            {
                WorkerPool.Configure(count);
                var sums = Added(f, members, [300]);
                results.Add([.. Enumerable.Range(0, Neurons * (Contexts + 1)).Select(i => sums.Sum(i / Neurons, i % Neurons))]);
            }

            Assert.All(results, result => Assert.Equal(results[0], result));
        }
        finally
        {
            WorkerPool.Configure(threads);
        }
    }

    [Theory]
    [InlineData(3, new[] { 1.0, 0, 2, 0 }, new[] { 1, 0, 1, 0 }, 0.9045340337332909)]
    [InlineData(1, new[] { 1.0, 0, 0, 0 }, new[] { 0, 1, 1, 1 }, -1.0)]
    [InlineData(2, new[] { 0.5, 0.5, 0.5, 0.5 }, new[] { 0, 1, 0, 1 }, 0.0)]
    [InlineData(2, new[] { 0.5, 0.25, 0, 0 }, new[] { 1, 1, 1, 1 }, 0.0)]
    public void Pearson_ByHand(int scale, double[] f, int[] y, double expected)
    {
        var sumInside = f.Zip(y, static (a, b) => a * b).Sum() * scale;
        Assert.Equal(expected, Agreement.Pearson(f.Sum() * scale, f.Sum(v => v * v * scale * scale), sumInside, y.Sum(), f.Length), 1e-12);
    }

    private static unsafe ContextSums Added(float[][] f, ulong[] members, int[] batches)
    {
        var sums = new ContextSums(Neurons, Contexts);
        using var buffer = new FloatBuffer(Rows * Neurons);
        var start = 0;
        foreach (var batch in batches)
        {
            for (var row = 0; row < batch; row++)
            {
                f[start + row].CopyTo(buffer.Span(row * Neurons, Neurons));
            }

            fixed (ulong* bits = &members[start])
            {
                sums.Add(buffer.Pointer, batch, bits);
            }

            start += batch;
        }

        return sums;
    }

    private static (float[][] F, ulong[] Members) Data()
    {
        var random = new Random(9);
        return (
            [.. Enumerable.Range(0, Rows).Select(_ => Enumerable.Range(0, Neurons).Select(_ => Math.Max(0, (float)random.NextDouble() - 0.7f)).ToArray())],
            [.. Enumerable.Range(0, Rows).Select(_ => (ulong)random.Next(1 << Contexts))]);
    }
}
