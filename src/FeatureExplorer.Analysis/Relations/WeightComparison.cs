using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Analysis.Relations;

/// <summary>The logit weights of two units, token by token, over the tokens that occur in the training text.</summary>
/// <param name="Pearson">Their correlation.</param>
/// <param name="Weights">By token.</param>
public sealed record WeightComparison(double Pearson, IReadOnlyList<ComparedWeight> Weights)
{
    /// <param name="left">[V] logit weights of the left unit.</param>
    /// <param name="right">[V] logit weights of the right unit.</param>
    /// <param name="occurs">[V] which tokens occur.</param>
    /// <param name="inside">[V] from <see cref="InsideShares"/>.</param>
    public static WeightComparison Of(ReadOnlySpan<float> left, ReadOnlySpan<float> right, IReadOnlyList<bool> occurs, IReadOnlyList<double?> inside)
    {
        var weights = new List<ComparedWeight>();
        for (var token = 0; token < left.Length; token++)
        {
            if (occurs[token])
            {
                weights.Add(new ComparedWeight(token, left[token], right[token], inside[token]));
            }
        }

        var (meanLeft, meanRight) = (weights.Average(w => (double)w.Left), weights.Average(w => (double)w.Right));
        var covariance = weights.Sum(w => (w.Left - meanLeft) * (w.Right - meanRight));
        var norms = Math.Sqrt(weights.Sum(w => Math.Pow(w.Left - meanLeft, 2)) * weights.Sum(w => Math.Pow(w.Right - meanRight, 2)));
        return new WeightComparison(norms > 0 ? covariance / norms : 0, weights);
    }

    /// <summary>[V] the share of each token's occurrences in the indexed held-out tokens that lie inside a context.</summary>
    public static IReadOnlyList<double?> InsideShares(TokenStore heldOut, ContextSet contexts, int context, int vocabulary)
    {
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(contexts);
        var all = new long[vocabulary];
        var inside = new long[vocabulary];
        var members = contexts.MemberBits();
        var tokens = heldOut.Tokens;
        for (var position = 0L; position < contexts.Tokens; position++)
        {
            var token = tokens[position];
            all[token]++;
            inside[token] += (long)((members[position] >> context) & 1);
        }

        return [.. all.Zip(inside, static (count, within) => count == 0 ? (double?)null : (double)within / count)];
    }
}
