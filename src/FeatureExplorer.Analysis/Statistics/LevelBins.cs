using System.Runtime.CompilerServices;

namespace FeatureExplorer.Analysis.Statistics;

/// <summary>
/// Bins of activations, open below and closed above. Every count on every page assigns values by <see cref="Of"/> and the same edges,
/// so that they agree to the last activation.
/// </summary>
public static class LevelBins
{
    /// <summary>Edges of bins of equal width from 0 to <paramref name="max"/>, which the last edge equals exactly.</summary>
    /// <param name="max">Largest value, above 0.</param>
    /// <param name="bins">Number of bins.</param>
    public static float[] Linear(float max, int bins) => Linear(0, max, bins);

    /// <summary>Edges of bins of equal width from <paramref name="low"/> to <paramref name="high"/>, both exact.</summary>
    public static float[] Linear(float low, float high, int bins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(high, low);
        return Edges(low, high, bins, i => low + (((double)high - low) * i / bins));
    }

    /// <summary>
    /// Edges of bins of equal ratio. The first lies one rounding step below <paramref name="min"/>, so that it is inside; when all values
    /// are equal the bins cover the octave below them.
    /// </summary>
    /// <param name="min">Smallest value, above 0.</param>
    /// <param name="max">Largest value.</param>
    /// <param name="bins">Number of bins.</param>
    public static float[] EqualRatio(float min, float max, int bins)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(min);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, min);
        var low = min < max ? min : max / 2;
        return Edges(MathF.BitDecrement(low), max, bins, i => low * Math.Pow((double)max / low, (double)i / bins));
    }

    /// <summary>The bin i with edges[i] &lt; value ≤ edges[i + 1]; the first or last bin for values outside.</summary>
    public static int Of(float value, ReadOnlySpan<float> edges)
    {
        // Bisection; the answer lies in [low, low + count). A comparison used as a number costs no mispredicted branch.
        var low = 0;
        for (var count = edges.Length - 1; count > 1;)
        {
            var half = count >> 1;
            low += half & -Unsafe.BitCast<bool, byte>(edges[low + half] < value);
            count -= half;
        }

        return low;
    }

    private static float[] Edges(float first, float last, int bins, Func<int, double> inner)
    {
        var edges = new float[bins + 1];
        for (var i = 1; i < bins; i++)
        {
            edges[i] = (float)inner(i);
        }

        edges[0] = first;
        edges[bins] = last;
        return edges;
    }
}
