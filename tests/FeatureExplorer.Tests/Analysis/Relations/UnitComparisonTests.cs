using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Relations;

namespace FeatureExplorer.Tests.Analysis.Relations;

public sealed class UnitComparisonTests(SmallRelations small) : IClassFixture<SmallRelations>
{
    [Theory]
    [InlineData(SmallAnalysis.Cyrillic, 7)]
    [InlineData(SmallAnalysis.Dead, 7)]
    [InlineData(8, 8)]
    public void Of_FeatureAndNeuron_EqualsBruteForce(int feature, int neuron)
    {
        var context = small.Analysis.Contexts.IndexOf("cyrillic");
        var found = UnitComparison.Of(small.Features.Index, feature, small.Neurons.Index, neuron, small.Analysis.Contexts, context, int.MaxValue, 1);

        var tokens = Enumerable.Range(0, small.Analysis.Tokens)
            .Select(p => (Position: (long)p, Left: small.Features.Index.At(feature, p), Right: small.Neurons.Index.At(neuron, p))).ToList();
        var either = tokens.Where(t => t.Left > 0 || t.Right > 0).ToList();
        Assert.Equal(either, found.Sample.Select(t => (t.Position, t.Left, t.Right)));
        Assert.All(found.Sample, t => Assert.Equal(LlrBins.Of(small.Analysis.Contexts.Llr(context, t.Position)), t.Bin));
        Assert.Equal(either.Count, found.Either);
        Assert.Equal(tokens.Count(t => t.Left > 0 && t.Right > 0), found.Together);
        Assert.Equal(tokens.Count(t => t.Left > 0), found.LeftLevels.Counts.Sum(c => c.Sum()));
        Assert.Equal(tokens.Count(t => t.Right > 0), found.RightLevels.Counts.Sum(c => c.Sum()));
        var (meanLeft, meanRight) = (tokens.Average(t => (double)t.Left), tokens.Average(t => (double)t.Right));
        var norms = Math.Sqrt(tokens.Sum(t => Math.Pow(t.Left - meanLeft, 2)) * tokens.Sum(t => Math.Pow(t.Right - meanRight, 2)));
        Assert.Equal(norms > 0 ? tokens.Sum(t => (t.Left - meanLeft) * (t.Right - meanRight)) / norms : 0, found.Pearson, 1e-6);
    }

    [Fact]
    public void Of_SmallSample_IsDrawnWithoutReplacementAndBySeed()
    {
        var one = Sample(1);
        Assert.Equal(50, one.Count);
        Assert.Equal(50, one.Distinct().Count());
        Assert.Equal(one, Sample(1));
        Assert.NotEqual(one, Sample(2));
    }

    [Fact]
    public void Of_WithItself_CorrelatesByOne()
    {
        var found = UnitComparison.Of(small.Neurons.Index, 3, small.Neurons.Index, 3, small.Analysis.Contexts, 0, 10, 0);
        Assert.Equal(1, found.Pearson, 1e-9);
        Assert.Equal(1, found.Jaccard);
    }

    [Fact]
    public void Of_NobodyWaitsForIt_Stops() => Assert.ThrowsAny<OperationCanceledException>(() => UnitComparison.Of(
        small.Neurons.Index, 3, small.Neurons.Index, 5, small.Analysis.Contexts, 0, 10, 0, new CancellationToken(canceled: true)));

    [Fact]
    public void Of_Weights_CorrelatesOverTokensThatOccur()
    {
        float[] left = [1, 2, 100, 3, 4], right = [2, 4, -100, 6, 8];
        var found = WeightComparison.Of(left, right, [true, true, false, true, true], [null, 0, 1, 0.5, 1]);
        Assert.Equal(1, found.Pearson, 1e-9);
        Assert.Equal([0, 1, 3, 4], found.Weights.Select(w => w.Token));
    }

    [Fact]
    public void InsideShares_EveryToken_EqualsACount()
    {
        var (corpus, contexts) = (small.Analysis.Corpus, small.Analysis.Contexts);
        var context = contexts.IndexOf("cyrillic");
        var shares = WeightComparison.InsideShares(corpus.HeldOut, contexts, context, corpus.Tokenizer.VocabularySize);
        foreach (var group in Enumerable.Range(0, small.Analysis.Tokens).GroupBy(p => corpus.HeldOut.Read(p, 1)[0]))
        {
            Assert.Equal(group.Average(p => (double)((contexts.Members(p) >> context) & 1)), shares[group.Key]!.Value, 1e-12);
        }

        Assert.Null(shares[200]);
    }

    private List<long> Sample(ulong seed) =>
        [.. UnitComparison.Of(small.Neurons.Index, 3, small.Neurons.Index, 5, small.Analysis.Contexts, 0, 50, seed).Sample.Select(t => t.Position)];
}
