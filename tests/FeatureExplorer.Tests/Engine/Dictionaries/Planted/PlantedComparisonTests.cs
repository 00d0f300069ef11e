using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Planted;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Planted;

public class PlantedComparisonTests
{
    private static readonly PlantedSettings Settings = new() { Features = 6, Inputs = 16, MeanActive = 1.5, Zipf = 0, Noise = 0, Seed = 3 };

    [Fact]
    public void Of_TheTruthItself_MatchesEverything()
    {
        var truth = new PlantedDictionary(Settings);
        using var dictionary = Dictionary(truth, [(0, 1), (1, 1), (2, 1), (3, 1), (4, 1), (5, 1)]);
        var compared = PlantedComparison.Of(truth, dictionary, 0, 2000);

        Assert.Equal(6, compared.Count(PlantedOutcome.Matched));
        Assert.Equal(Enumerable.Range(0, 6), compared.Features.Select(f => f.Feature));
        Assert.Equal(1, compared.MeanBestCosine, 5);
        Assert.Equal(0, compared.Dead);
    }

    [Fact]
    public void Of_OneFeatureForTwoTwoForOneAndNoneForAnother_SaysSo()
    {
        var truth = new PlantedDictionary(Settings);

        // Feature 0 stands for 0 and 1, features 1 and 2 both for 2, feature 3 for 3; nothing stands for 4 and 5.
        using var dictionary = Dictionary(truth, [(-1, 1), (2, 1), (2, 0.5f), (3, 1)]);
        Blend(truth, dictionary.DecoderRow(0), 0, 1);
        var compared = PlantedComparison.Of(truth, dictionary, 0, 2000);

        Assert.Equal(
            [PlantedOutcome.Merged, PlantedOutcome.Merged, PlantedOutcome.Split, PlantedOutcome.Matched, PlantedOutcome.Missed, PlantedOutcome.Missed],
            compared.Features.Select(f => f.Outcome));
        Assert.Equal(0, compared.Features[0].Feature);
    }

    [Fact]
    public void Of_KnownWeights_MeasuresLikePlainLoops()
    {
        var truth = new PlantedDictionary(Settings);
        using var dictionary = Dictionary(truth, [(0, 1), (1, 1), (2, 1), (3, 1), (4, 1), (5, 1)]);
        var compared = PlantedComparison.Of(truth, dictionary, 100, 1500);
        var (x, a) = (new float[16], new float[6]);
        var (active, error, deviation, mean) = (0, 0.0, 0.0, Mean(truth));
        var pairs = new List<(double A, double F)>();
        for (var number = 100; number < 1600; number++)
        {
            truth.Vector(number, x, a);
            var f = Enumerable.Range(0, 6).Select(i => Math.Max(0, Dot(truth.Direction(i), x))).ToArray();
            active += f.Count(v => v > 0);
            for (var c = 0; c < 16; c++)
            {
                error += Math.Pow(x[c] - Enumerable.Range(0, 6).Sum(i => f[i] * truth.Direction(i)[c]), 2);
                deviation += Math.Pow(x[c] - mean[c], 2);
            }

            pairs.Add((a[2], f[2]));
        }

        Assert.Equal(active / 1500.0, compared.L0, 2);
        Assert.Equal(1 - (error / deviation), compared.ExplainedVariance, 3);
        Assert.Equal(Pearson(pairs), compared.Features[2].Correlation, 3);
    }

    [Fact]
    public void Of_AnotherWidth_IsRefused()
    {
        var truth = new PlantedDictionary(Settings);
        using var dictionary = new SparseAutoencoder(8, 6);

        Assert.Contains("width 8", Assert.Throws<ArgumentException>(() => PlantedComparison.Of(truth, dictionary, 0, 100)).Message, StringComparison.Ordinal);
    }

    /// <summary>A dictionary whose feature reads and writes a planted direction, times a factor; −1 leaves it at zero.</summary>
    private static SparseAutoencoder Dictionary(PlantedDictionary truth, (int Planted, float Factor)[] features)
    {
        var dictionary = new SparseAutoencoder(truth.Settings.Inputs, features.Length);
        for (var i = 0; i < features.Length; i++)
        {
            for (var c = 0; c < truth.Settings.Inputs && features[i].Planted >= 0; c++)
            {
                var value = truth.Direction(features[i].Planted)[c];
                (dictionary.EncoderRow(i)[c], dictionary.DecoderRow(i)[c]) = (value * features[i].Factor, value);
            }
        }

        dictionary.WeightsChanged();
        return dictionary;
    }

    private static void Blend(PlantedDictionary truth, Span<float> row, int first, int second)
    {
        for (var c = 0; c < row.Length; c++)
        {
            row[c] = truth.Direction(first)[c] + truth.Direction(second)[c];
        }
    }

    private static double[] Mean(PlantedDictionary truth)
    {
        var (x, mean) = (new float[16], new double[16]);
        for (var number = 100; number < 1600; number++)
        {
            truth.Vector(number, x);
            for (var c = 0; c < 16; c++)
            {
                mean[c] += x[c] / 1500.0;
            }
        }

        return mean;
    }

    private static double Dot(ReadOnlySpan<float> a, float[] b)
    {
        var sum = 0.0;
        for (var c = 0; c < b.Length; c++)
        {
            sum += a[c] * b[c];
        }

        return sum;
    }

    private static double Pearson(List<(double A, double F)> pairs)
    {
        var (a, f) = (pairs.Average(p => p.A), pairs.Average(p => p.F));
        return pairs.Sum(p => (p.A - a) * (p.F - f)) / Math.Sqrt(pairs.Sum(p => (p.A - a) * (p.A - a)) * pairs.Sum(p => (p.F - f) * (p.F - f)));
    }
}
