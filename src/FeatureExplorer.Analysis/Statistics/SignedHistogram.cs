using FeatureExplorer.Analysis.Index;

namespace FeatureExplorer.Analysis.Statistics;

/// <summary>The activations of a latent that may be negative, whose two ends are features of their own: those of one end above 0, those of the other below.</summary>
public static class SignedHistogram
{
    private const int Bins = 60;

    /// <summary>Counts all activations of both ends, in bins of equal width from the lowest to the highest; null where neither fires.</summary>
    /// <param name="index">Activations of both.</param>
    /// <param name="above">The feature that is the end above 0.</param>
    /// <param name="below">The feature that is the end below 0.</param>
    public static Histogram? Of(ActivationIndex index, int above, int below)
    {
        ArgumentNullException.ThrowIfNull(index);
        float[] values = [.. Values(index, above, 1), .. Values(index, below, -1)];
        if (values.Length == 0)
        {
            return null;
        }

        var edges = LevelBins.Linear(Math.Min(0, values.Min()), Math.Max(0, values.Max()), Bins);
        var counts = new long[Bins];
        foreach (var value in values)
        {
            counts[LevelBins.Of(value, edges)]++;
        }

        return new Histogram(edges, counts);
    }

    private static float[] Values(ActivationIndex index, int feature, int sign)
    {
        var values = index.Values(feature);
        var signed = new float[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            signed[i] = sign * (float)values[i];
        }

        return signed;
    }
}
