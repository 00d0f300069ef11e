using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Analysis.Contexts;

/// <summary>Colours a feature's histogram by a context, from the index (paper, activation distribution and expected-value distribution).</summary>
public static class ContextHistograms
{
    // LlrBins.Of for every half-precision number: the ratios are stored in 16 bits.
    private static readonly byte[] RatioBins =
        [.. Enumerable.Range(0, 1 << 16).Select(static bits => (byte)LlrBins.Of((float)BitConverter.UInt16BitsToHalf((ushort)bits)))];

    /// <summary>Counts and sums a feature's activations by level and log-likelihood ratio.</summary>
    /// <param name="index">The activations.</param>
    /// <param name="contexts">Contexts over the same tokens.</param>
    /// <param name="feature">The feature.</param>
    /// <param name="context">Index of the context.</param>
    /// <param name="edges">The edges of the feature's linear histogram; none for a dead feature.</param>
    public static ContextHistogram Of(ActivationIndex index, ContextSet contexts, int feature, int context, IReadOnlyList<float> edges)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(contexts);
        ArgumentNullException.ThrowIfNull(edges);
        ContextMatch.Check(index, contexts);
        var positions = index.Positions(feature);
        var values = index.Values(feature);
        var ratios = contexts.Ratios(context);
        float[] levels = [.. edges];
        var bins = Math.Max(0, levels.Length - 1);
        if (bins == 0 && positions.Length > 0)
        {
            throw new ArgumentException($"Feature {feature} has {positions.Length} activations, but its histogram has no bins.", nameof(edges));
        }

        var counts = new long[bins * LlrBins.Count];
        var mass = new double[bins * LlrBins.Count];
        for (var i = 0; i < positions.Length; i++)
        {
            var value = (float)values[i];
            var cell = (LevelBins.Of(value, levels) * LlrBins.Count) + RatioBins[BitConverter.HalfToUInt16Bits(ratios[positions[i]])];
            counts[cell]++;
            mass[cell] += value;
        }

        return new ContextHistogram(contexts.Contexts[context].Name, edges, [.. counts.Chunk(LlrBins.Count)], [.. mass.Chunk(LlrBins.Count)]);
    }
}
