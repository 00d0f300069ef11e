using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Training;

/// <summary>Encoder biases with which synthetic features fire as often as a benchmark asks, with densities spread evenly on a logarithmic scale over a factor of 160.</summary>
public static unsafe class DensityCalibration
{
    /// <summary>Inputs that the densities are measured on; more are not needed.</summary>
    public const int Rows = 2048;

    private const double Spread = 160;
    private const double HighestDensity = 0.7;
    private const double LowestRank = 0.01;

    /// <summary>Sets b_enc [m] so that on other inputs of the same kind the mean number of active features is as asked.</summary>
    /// <param name="wEnc">[m, n], rows <paramref name="stride"/> apart.</param>
    /// <param name="stride">Distance between the rows.</param>
    /// <param name="features">m.</param>
    /// <param name="centred">x − b_dec, [<see cref="Rows"/>, n].</param>
    /// <param name="inputs">n.</param>
    /// <param name="l0">Above 0, at most half of m.</param>
    /// <param name="random">Decides which feature gets which density.</param>
    /// <param name="bEnc">Receives the biases.</param>
    public static void SetBiases(float* wEnc, nint stride, int features, float* centred, int inputs, double l0, CounterRandom random, float* bEnc)
    {
        if (!(l0 > 0 && l0 <= features / 2.0))
        {
            throw new ArgumentOutOfRangeException(nameof(l0), l0, $"The number of active features must be above 0 and at most half of {features}.");
        }

        const int FeaturesPerProduct = 4096;
        var ranks = Ranks(features, l0, random);
        using var products = new FloatBuffer((long)Math.Min(features, FeaturesPerProduct) * Rows);
        for (var first = 0; first < features; first += FeaturesPerProduct)
        {
            var (start, count) = (first, Math.Min(FeaturesPerProduct, features - first));
            MatrixProduct.Multiply(false, true, count, Rows, inputs, wEnc + (start * stride), stride, centred, inputs, products.Pointer, Rows);
            WorkerPool.For(count, (i, _) =>
            {
                var values = products.Span((long)i * Rows, Rows);
                values.Sort();
                bEnc[start + i] = -Threshold(values, ranks[start + i]);
            });
        }
    }

    /// <summary>What other inputs exceed with probability rank / (rows + 1): the value of that rank, between two the mean by distance, above all an exponential tail.</summary>
    private static float Threshold(ReadOnlySpan<float> ascending, double rank)
    {
        if (rank < 1)
        {
            const int Last = 8;
            const double Harmonic = 2.5928571; // 1 + 1/2 + … + 1/7: the expected distance between the largest and the eighth of a tail of scale 1
            var scale = (ascending[^1] - ascending[^Last]) / Harmonic;
            return (float)(ascending[^1] - (scale * Math.Log(rank)));
        }

        var whole = (int)rank;
        return (float)(ascending[^whole] + ((rank - whole) * (ascending[^(whole + 1)] - ascending[^whole])));
    }

    /// <summary>The share of inputs that each feature fires on, times rows + 1; together as many as asked.</summary>
    private static double[] Ranks(int features, double l0, CounterRandom random)
    {
        var weights = Enumerable.Range(0, features).Select(feature => Math.Pow(Spread, random.UniformDouble((ulong)feature))).ToArray();
        double[] At(double factor) => [.. weights.Select(weight => Math.Clamp(weight * factor, LowestRank, HighestDensity * Rows))];
        var (low, high) = (0.0, (double)Rows);
        for (var round = 0; round < 60; round++)
        {
            var middle = (low + high) / 2;
            (low, high) = At(middle).Sum() < l0 * (Rows + 1) ? (middle, high) : (low, middle);
        }

        return At(high);
    }
}
