using System.Buffers;
using System.Numerics.Tensors;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Contexts.Expressions;

/// <summary>Which features fire in a context: one pass over every activation of the index, each feature on one thread.</summary>
public static class ContextRanking
{
    private const int FeaturesPerTask = 16;
    private const int ValuesAtOnce = 1024;

    /// <summary>Every feature with an activation inside, by index.</summary>
    public static IReadOnlyList<ContextRank> Of(ActivationIndex index, TokenSet set, CancellationToken cancellation = default)
    {
        ContextAgreement.Check(index, set);
        var ranks = new ContextRank?[index.Features];
        WorkerPool.For((index.Features + FeaturesPerTask - 1) / FeaturesPerTask, (task, _) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var end = Math.Min((task + 1) * FeaturesPerTask, index.Features);
            for (var feature = task * FeaturesPerTask; feature < end; feature++)
            {
                ranks[feature] = OfFeature(index, set, feature);
            }
        });
        return [.. ranks.OfType<ContextRank>()];
    }

    /// <summary>The best first; ties by index.</summary>
    public static IReadOnlyList<ContextRank> Order(IEnumerable<ContextRank> ranks, ContextRankOrder order) => order switch
    {
        ContextRankOrder.Specificity =>
            [.. ranks.OrderBy(static r => r.Activations < FeatureReport.UltralowActivations).ThenByDescending(static r => r.Specificity).ThenByDescending(static r => r.Inside).ThenBy(static r => r.Feature)],
        ContextRankOrder.Recall => [.. ranks.OrderByDescending(static r => r.Recall).ThenBy(static r => r.Feature)],
        _ => [.. ranks.OrderByDescending(static r => r.Pearson).ThenBy(static r => r.Feature)],
    };

    private static ContextRank? OfFeature(ActivationIndex index, TokenSet set, int feature)
    {
        var count = index.Count(feature);
        var buffer = ArrayPool<uint>.Shared.Rent(count);
        var positions = index.Positions(feature, buffer.AsSpan(0, count));
        var halves = ArrayPool<Half>.Shared.Rent(count);
        var stored = index.ReadValues(feature, ref halves);
        var words = set.Words;
        Span<float> values = stackalloc float[ValuesAtOnce];
        double sum = 0, squares = 0, mass = 0;
        long inside = 0;
        for (var start = 0; start < positions.Length; start += ValuesAtOnce)
        {
            var some = stored[start..Math.Min(start + ValuesAtOnce, stored.Length)];
            TensorPrimitives.ConvertToSingle(some, values);
            for (var i = 0; i < some.Length; i++)
            {
                double value = values[i];
                // A number instead of a branch, which would be mispredicted about as often as the context begins or ends.
                var member = (long)(words[(int)(positions[start + i] >> 6)] >> (int)(positions[start + i] & 63) & 1);
                sum += value;
                squares += value * value;
                mass += value * member;
                inside += member;
            }
        }

        ArrayPool<uint>.Shared.Return(buffer);
        ArrayPool<Half>.Shared.Return(halves);
        return inside == 0 ? null : new ContextRank(
            feature, count, inside, Agreement.Pearson(sum, squares, mass, set.Count, index.Tokens), mass / sum, (double)inside / set.Count);
    }
}
