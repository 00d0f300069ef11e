using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Splitting;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Tests.Analysis.Relations;

namespace FeatureExplorer.Tests.Analysis.Splitting;

/// <summary>Masked cosines against their definition on whole columns of numbers.</summary>
[Collection(AloneTests.Name)]
public sealed class MaskedCosinesTests(SmallRelations small) : IClassFixture<SmallRelations>
{
    [Fact]
    public void Of_SparseFeatures_EqualsBruteForce() => Check(small.Features.Index, small.Features.Index);

    [Fact]
    public void Of_DenseNeurons_EqualsBruteForce() => Check(small.Features.Index, small.Neurons.Index);

    [Fact]
    public void Of_AnyNumberOfThreads_SameBits()
    {
        var before = WorkerPool.Threads;
        try
        {
            WorkerPool.Configure(1);
            var one = MaskedCosines.Of(small.Features.Index, small.Neurons.Index);
            WorkerPool.Configure(3);
            Assert.Equal(one, MaskedCosines.Of(small.Features.Index, small.Neurons.Index));
        }
        finally
        {
            WorkerPool.Configure(before);
        }
    }

    [Fact]
    public void Of_IndicesOfDifferentTokens_IsRefused()
    {
        var path = Path.Combine(small.Analysis.Corpus.Folder, "fewer.bin");
        using (var encoder = new NeuronEncoder(small.Analysis.Model))
        {
            ActivationIndexBuilder.Build(path, small.Analysis.Corpus.HeldOut, 500, encoder, small.Neurons.Index.Header);
        }

        using var index = ActivationIndex.Open(path);
        Assert.Contains("500 of", Assert.Throws<ArgumentException>(() => MaskedCosines.Of(small.Features.Index, index)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10_000, 20)]
    [InlineData(400_000, 20)]
    [InlineData(2_212_894, 110)]
    public void LeastActivations_OfTokens_IsTwentyOrOneOfTwentyThousand(long tokens, long least) => Assert.Equal(least, MaskedCosines.LeastActivations(tokens));

    private static void Check(ActivationIndex left, ActivationIndex right)
    {
        var found = MaskedCosines.Of(left, right);
        var least = MaskedCosines.LeastActivations(left.Tokens);
        var (f, g) = (Columns(left), Columns(right));
        var expected = new List<(int From, int To, double Similarity)>();
        for (var from = 0; from < f.Length; from++)
        {
            for (var to = 0; to < g.Length; to++)
            {
                if (f[from].Count(v => v > 0) >= least && g[to].Count(v => v > 0) >= least
                    && Math.Max(Cosine(f[from], g[to], f[from]), Cosine(f[from], g[to], g[to])) is var similarity && similarity >= MaskedCosines.Least)
                {
                    expected.Add((from, to, similarity));
                }
            }
        }

        Assert.NotEmpty(expected);
        Assert.Equal(expected.Select(e => (e.From, e.To)).Order(), found.Select(e => (e.From, e.To)).Order());
        foreach (var edge in found)
        {
            Assert.Equal(expected.Single(e => e.From == edge.From && e.To == edge.To).Similarity, edge.Similarity, 1e-6);
        }

        Assert.Equal(found.OrderBy(e => e.From).ThenByDescending(e => e.Similarity).ThenBy(e => e.To), found);
    }

    /// <summary>Cosine over the tokens on which the mask fires.</summary>
    private static double Cosine(double[] f, double[] g, double[] mask)
    {
        double product = 0, left = 0, right = 0;
        for (var t = 0; t < f.Length; t++)
        {
            if (mask[t] > 0)
            {
                product += f[t] * g[t];
                left += f[t] * f[t];
                right += g[t] * g[t];
            }
        }

        return left > 0 && right > 0 ? product / Math.Sqrt(left * right) : 0;
    }

    private static double[][] Columns(ActivationIndex index) =>
        [.. Enumerable.Range(0, index.Features).Select(unit => Enumerable.Range(0, (int)index.Tokens).Select(position => (double)index.At(unit, position)).ToArray())];
}
