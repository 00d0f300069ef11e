using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Tests.Analysis.Relations;

/// <summary>Every statistic of every pair against arithmetic on whole columns of numbers.</summary>
[Collection(AloneTests.Name)]
public sealed class UnitRelatorTests(SmallRelations small) : IClassFixture<SmallRelations>
{
    private const double Tolerance = 2e-5;

    [Fact]
    public void Relate_FeaturesWithThemselves_EqualsBruteForce()
    {
        var (found, back) = UnitRelator.Relate(small.Features, small.Features);
        Assert.Null(back);
        Check(small.Features, small.Features, found);
    }

    [Fact]
    public void Relate_FeaturesWithNeurons_EqualsBruteForceFromBothSides()
    {
        var (features, neurons) = UnitRelator.Relate(small.Features, small.Neurons);
        Check(small.Features, small.Neurons, features);
        Check(small.Neurons, small.Features, neurons!);
    }

    [Fact]
    public void Relate_Turned_GivesTheSameLists()
    {
        var (features, neurons) = UnitRelator.Relate(small.Features, small.Neurons);
        var (turnedNeurons, turnedFeatures) = UnitRelator.Relate(small.Neurons, small.Features);
        Assert.Equal(features.Select(Lists), turnedFeatures!.Select(Lists));
        Assert.Equal(neurons!.Select(Lists), turnedNeurons.Select(Lists));
    }

    [Fact]
    public void Relate_AnyNumberOfThreads_SameBits()
    {
        var before = WorkerPool.Threads;
        try
        {
            WorkerPool.Configure(1);
            var one = UnitRelator.Relate(small.Neurons, small.Features).Left.Select(Lists).ToList();
            WorkerPool.Configure(3);
            Assert.Equal(one, UnitRelator.Relate(small.Neurons, small.Features).Left.Select(Lists));
        }
        finally
        {
            WorkerPool.Configure(before);
        }
    }

    [Fact]
    public void Relate_NeuronsOfAnotherModel_ComparesActivationsAndLogitsButNoDirections()
    {
        using var model = TransformerModel.Create(small.Analysis.Model.Config, 77);
        var path = Path.Combine(small.Analysis.Corpus.Folder, "other.bin");
        using (var encoder = new NeuronEncoder(model))
        {
            ActivationIndexBuilder.Build(path, small.Analysis.Corpus.HeldOut, long.MaxValue, encoder, small.Neurons.Index.Header with { Model = "other" });
        }

        using var index = ActivationIndex.Open(path);
        var other = small.Neurons with { Index = index, Model = model };
        var (found, _) = UnitRelator.Relate(small.Neurons, other);
        Assert.All(found, relation => Assert.Empty(relation.ByDirection));
        Check(small.Neurons, other, found);
    }

    [Fact]
    public void Relate_IndicesOfDifferentTokens_IsRefused()
    {
        var path = Path.Combine(small.Analysis.Corpus.Folder, "short.bin");
        using (var encoder = new NeuronEncoder(small.Analysis.Model))
        {
            ActivationIndexBuilder.Build(path, small.Analysis.Corpus.HeldOut, 500, encoder, small.Neurons.Index.Header);
        }

        using var index = ActivationIndex.Open(path);
        var error = Assert.Throws<ArgumentException>(() => UnitRelator.Relate(small.Features, small.Neurons with { Index = index }));
        Assert.Contains("500 of", error.Message, StringComparison.Ordinal);
    }

    private static void Check(RelatedUnits left, RelatedUnits right, IReadOnlyList<UnitRelations> found)
    {
        var (f, g) = (Columns(left.Index), Columns(right.Index));
        var (mine, theirs) = (LogitColumns(left), LogitColumns(right));
        var sameModel = left.Index.Header.Model == right.Index.Header.Model;
        Assert.Equal(left.Count, found.Count);
        for (var unit = 0; unit < left.Count; unit++)
        {
            Assert.Equal(unit, found[unit].Unit);
            var pairs = Enumerable.Range(0, right.Count)
                .Where(other => g[other].Count(v => v > 0) >= FeatureReport.UltralowActivations && !(ReferenceEquals(left, right) && other == unit))
                .Select(other => Pair(unit, other)).ToList();
            Same(pairs.Where(p => p.Together > 0).OrderByDescending(p => p.Match.Pearson), p => p.Match.Pearson, found[unit].ByActivation, m => m.Pearson);
            Same(pairs.OrderByDescending(p => p.Match.Logits), p => p.Match.Logits, found[unit].ByLogits, m => m.Logits);
            if (sameModel)
            {
                float Key(UnitMatch m) => left.AreNeurons || right.AreNeurons ? Math.Abs(m.Direction) : m.Direction;
                Same(pairs.OrderByDescending(p => Key(p.Match)), p => Key(p.Match), found[unit].ByDirection, Key);
                Assert.Equal(Enumerable.Range(0, right.Count).Sum(other => Math.Abs(Direction(unit, other))), found[unit].TotalDirection, 1e-4);
            }
        }

        double Direction(int unit, int other) => Cosine(
            [.. left.Dictionary.DecoderRow(unit).ToArray().Select(v => (double)v)], [.. right.Dictionary.DecoderRow(other).ToArray().Select(v => (double)v)]);

        (UnitMatch Match, int Together) Pair(int unit, int other)
        {
            var (a, b) = (f[unit], g[other]);
            var together = a.Zip(b).Count(p => p.First > 0 && p.Second > 0);
            var (here, there) = (a.Count(v => v > 0), b.Count(v => v > 0));
            return (new UnitMatch(
                other, (float)Pearson(a, b), (float)Cosine(a, b), Ratio(together, here + there - together), Ratio((double)together * a.Length, (double)here * there),
                Ratio(together, there), Ratio(together, here), sameModel ? (float)Direction(unit, other) : float.NaN, (float)Pearson(mine[unit], theirs[other])), together);
        }
    }

    /// <summary>The same scores rank by rank, and for every match found the statistics of its pair; equal scores may change places.</summary>
    private static void Same(
        IEnumerable<(UnitMatch Match, int Together)> expected, Func<(UnitMatch Match, int Together), float> key, IReadOnlyList<UnitMatch> found, Func<UnitMatch, float> foundKey)
    {
        var all = expected.ToList();
        Assert.Equal(Math.Min(all.Count, UnitRelations.Most), found.Count);
        for (var rank = 0; rank < found.Count; rank++)
        {
            Assert.Equal(key(all[rank]), foundKey(found[rank]), Tolerance);
            var (match, _) = all.Single(p => p.Match.Unit == found[rank].Unit);
            Assert.Equal(match.Pearson, found[rank].Pearson, Tolerance);
            Assert.Equal(match.Cosine, found[rank].Cosine, Tolerance);
            Assert.Equal(match.Jaccard, found[rank].Jaccard, Tolerance);
            Assert.Equal(match.Lift, found[rank].Lift, Tolerance * Math.Max(1, match.Lift));
            Assert.Equal(match.GivenOther, found[rank].GivenOther, Tolerance);
            Assert.Equal(match.GivenThis, found[rank].GivenThis, Tolerance);
            Assert.Equal(match.Direction, found[rank].Direction, Tolerance);
            Assert.Equal(match.Logits, found[rank].Logits, 1e-4);
        }
    }

    private static string Lists(UnitRelations relations) =>
        string.Join(";", relations.ByActivation) + "|" + string.Join(";", relations.ByDirection) + "|" + string.Join(";", relations.ByLogits);

    private static double[][] Columns(ActivationIndex index) =>
        [.. Enumerable.Range(0, index.Features).Select(unit => Enumerable.Range(0, (int)index.Tokens).Select(position => (double)index.At(unit, position)).ToArray())];

    private static unsafe double[][] LogitColumns(RelatedUnits units)
    {
        var vocabulary = units.Model.Config.VocabularySize;
        var columns = new double[units.Count][];
        for (var unit = 0; unit < units.Count; unit++)
        {
            var weights = new float[vocabulary];
            LogitWeights.Of(units.Model, units.Dictionary.DecoderRow(unit), weights, units.Occurs);
            columns[unit] = [.. weights.Where((_, token) => units.Occurs[token]).Select(weight => (double)weight)];
        }

        return columns;
    }

    private static double Cosine(double[] a, double[] b)
    {
        var norms = Math.Sqrt(a.Sum(v => v * v) * b.Sum(v => v * v));
        return norms > 0 ? a.Zip(b).Sum(p => p.First * p.Second) / norms : 0;
    }

    private static double Pearson(double[] a, double[] b)
    {
        var (meanA, meanB) = (a.Average(), b.Average());
        // A constant has no correlation; its deviations are rounding alone.
        double[] da = [.. a.Select(v => v - meanA)], db = [.. b.Select(v => v - meanB)];
        return da.All(v => Math.Abs(v) < 1e-9) || db.All(v => Math.Abs(v) < 1e-9) ? 0 : Cosine(da, db);
    }

    private static float Ratio(double part, double whole) => whole > 0 ? (float)(part / whole) : 0;
}
