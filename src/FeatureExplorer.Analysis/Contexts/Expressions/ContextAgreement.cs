using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Analysis.Contexts.Expressions;

/// <summary>Colours and scores one feature by any set of tokens, from its activations alone.</summary>
public static class ContextAgreement
{
    /// <summary>The feature's activations by level and by log-likelihood ratio: what <see cref="ContextHistograms"/> does for named contexts.</summary>
    /// <param name="index">The activations.</param>
    /// <param name="set">The context's tokens.</param>
    /// <param name="name">The context as its reader wrote it.</param>
    /// <param name="feature">The feature.</param>
    /// <param name="edges">The edges of the feature's histogram.</param>
    public static ContextHistogram Histogram(ActivationIndex index, TokenSet set, string name, int feature, IReadOnlyList<float> edges)
    {
        Check(index, set);
        ArgumentNullException.ThrowIfNull(edges);
        float[] levels = [.. edges];
        var bins = Math.Max(0, levels.Length - 1);
        var inside = LlrBins.Of((float)MembershipRatio.Inside(set.Share));
        var outside = LlrBins.Of((float)MembershipRatio.Outside(set.Share));
        var counts = Enumerable.Range(0, bins).Select(static _ => new long[LlrBins.Count]).ToArray();
        var mass = Enumerable.Range(0, bins).Select(static _ => new double[LlrBins.Count]).ToArray();
        var positions = index.Positions(feature);
        var values = index.Values(feature);
        var words = set.Words;
        for (var i = 0; i < positions.Length && bins > 0; i++)
        {
            var value = (float)values[i];
            var level = LevelBins.Of(value, levels);
            var bin = IsInside(words, positions[i]) ? inside : outside;
            counts[level][bin]++;
            mass[level][bin] += value;
        }

        return new ContextHistogram(name, edges, counts, mass);
    }

    /// <summary>The same numbers as for named contexts: correlation, specificity, recall, and by level, the highest first.</summary>
    public static ContextScore Score(ActivationIndex index, TokenSet set, string name, int feature)
    {
        Check(index, set);
        var positions = index.Positions(feature);
        if (positions.IsEmpty)
        {
            return new ContextScore(name, 0, 0, 0, 0, []);
        }

        var values = index.Values(feature);
        var words = set.Words;
        var edges = LevelBins.Linear(Largest(values), FeatureReport.Intervals);
        var levels = new long[FeatureReport.Intervals];
        var insideByLevel = new long[FeatureReport.Intervals];
        double sum = 0, squares = 0, mass = 0;
        for (var i = 0; i < positions.Length; i++)
        {
            var value = (float)values[i];
            var level = LevelBins.Of(value, edges);
            levels[level]++;
            sum += value;
            squares += (double)value * value;
            if (IsInside(words, positions[i]))
            {
                insideByLevel[level]++;
                mass += value;
            }
        }

        var inside = insideByLevel.Sum();
        return new ContextScore(
            name,
            Agreement.Pearson(sum, squares, mass, set.Count, index.Tokens),
            (double)inside / positions.Length,
            mass / sum,
            set.Count > 0 ? (double)inside / set.Count : 0,
            [.. levels.Zip(insideByLevel, static (count, within) => new ContextLevel(count, within)).Reverse()]);
    }

    internal static bool IsInside(ReadOnlySpan<ulong> words, uint position) => (words[(int)(position >> 6)] >> (int)(position & 63) & 1) != 0;

    internal static void Check(ActivationIndex index, TokenSet set)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(set);
        if (index.Tokens != set.Tokens)
        {
            throw new ArgumentException($"The index covers {index.Tokens} tokens, the context {set.Tokens}: evaluate it over the index's tokens.", nameof(set));
        }
    }

    private static float Largest(ReadOnlySpan<Half> values)
    {
        // Positive half-precision numbers order like their bits.
        ushort largest = 0;
        foreach (var bits in System.Runtime.InteropServices.MemoryMarshal.Cast<Half, ushort>(values))
        {
            largest = Math.Max(largest, bits);
        }

        return (float)BitConverter.UInt16BitsToHalf(largest);
    }
}
