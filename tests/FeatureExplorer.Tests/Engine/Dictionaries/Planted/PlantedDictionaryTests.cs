using FeatureExplorer.Engine.Dictionaries.Planted;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Planted;

public class PlantedDictionaryTests
{
    private const int Vectors = 20_000;

    [Fact]
    public void Probability_AnyExponent_AddsUpToTheMeanAndFallsByRank()
    {
        var truth = new PlantedDictionary(new PlantedSettings { Features = 64, Inputs = 32, MeanActive = 5, Zipf = 1 });
        var probabilities = Enumerable.Range(0, 64).Select(truth.Probability).ToArray();

        Assert.Equal(5, probabilities.Sum(), 6);
        Assert.Equal(probabilities.OrderDescending(), probabilities);

        // Rank 1 would have 5 / H(64) = 1.05; it stops at one half, and the others keep their ratios.
        Assert.Equal(0.5, probabilities[0]);
        Assert.Equal(2, probabilities[15] / probabilities[31], 6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.7)]
    public void Vector_Correlated_KeepsTheDensityOfEachFeature(double correlation)
    {
        var truth = new PlantedDictionary(new PlantedSettings { Features = 32, Inputs = 16, MeanActive = 4, Zipf = 0.5, Correlation = correlation, GroupSize = 4 });
        var active = Activations(truth);

        foreach (var i in (int[])[0, 7, 31])
        {
            var expected = truth.Probability(i);
            var measured = active.Count(a => a[i] > 0) / (double)Vectors;
            Assert.Equal(expected, measured, 4 * Math.Sqrt(expected * (1 - expected) / Vectors));
        }
    }

    [Fact]
    public void Vector_Correlated_FeaturesOfAGroupFireTogether()
    {
        var settings = new PlantedSettings { Features = 32, Inputs = 16, MeanActive = 4, Zipf = 0, Correlation = 0.7, GroupSize = 4 };
        var together = Activations(new PlantedDictionary(settings));
        var apart = Activations(new PlantedDictionary(settings with { Correlation = 0 }));

        // Both follow the group's draw with 0.7²: then they agree; else they are independent, with p = 1/8.
        Assert.Equal((0.49 / 8) + (0.51 / 64), Both(together, 0, 1), 0.01);
        Assert.Equal(1.0 / 64, Both(together, 0, 4), 0.005);
        Assert.Equal(1.0 / 64, Both(apart, 0, 1), 0.005);

        static double Both(IReadOnlyList<float[]> active, int a, int b) => active.Count(v => v[a] > 0 && v[b] > 0) / (double)Vectors;
    }

    [Fact]
    public void Vector_WithoutNoise_IsTheSumOfItsActiveDirections()
    {
        var truth = new PlantedDictionary(new PlantedSettings { Features = 20, Inputs = 8, MeanActive = 3, Noise = 0 });
        var (x, a) = (new float[8], new float[20]);
        truth.Vector(5, x, a);

        for (var c = 0; c < 8; c++)
        {
            var sum = Enumerable.Range(0, 20).Sum(i => a[i] * truth.Direction(i)[c]);
            Assert.Equal(sum, x[c], 1e-5f);
        }

        Assert.All(a, value => Assert.True(value == 0 || value is >= 0.5f and < 1.5f));
        Assert.Contains(a, value => value > 0);
    }

    [Fact]
    public void Vector_Noise_HasTheWantedShareOfTheSignal()
    {
        var settings = new PlantedSettings { Features = 64, Inputs = 64, MeanActive = 6, Noise = 0.5 };
        var (noisy, clean) = (new PlantedDictionary(settings), new PlantedDictionary(settings with { Noise = 0 }));
        var (x, y, signal, noise) = (new float[64], new float[64], 0.0, 0.0);
        for (var i = 0; i < 2000; i++)
        {
            noisy.Vector(i, x);
            clean.Vector(i, y);
            signal += y.Sum(v => (double)v * v);
            noise += x.Zip(y, (a, b) => (double)(a - b) * (a - b)).Sum();
        }

        Assert.Equal(0.5, Math.Sqrt(noise / signal), 0.03);
    }

    [Fact]
    public void Constructor_SettingsOutOfRange_NamesThem()
    {
        var exception = Assert.Throws<ArgumentException>(() => new PlantedDictionary(new PlantedSettings { Features = 1, Noise = double.NaN }));

        Assert.Contains("(--planted) is 1", exception.Message, StringComparison.Ordinal);
        Assert.Contains("(--noise) is NaN", exception.Message, StringComparison.Ordinal);
    }

    private static List<float[]> Activations(PlantedDictionary truth)
    {
        var x = new float[truth.Settings.Inputs];
        return [.. Enumerable.Range(0, Vectors).Select(number =>
        {
            var a = new float[truth.Settings.Features];
            truth.Vector(number, x, a);
            return a;
        })];
    }
}
