using System.Numerics;
using FeatureExplorer.Analysis.Index;

namespace FeatureExplorer.Analysis.Contexts;

/// <summary>How well one feature and one context agree over all held-out tokens, counted now from the index.</summary>
/// <param name="Pearson">Correlation of the activation with membership (0 or 1).</param>
/// <param name="Specificity">Share of the activations (by count) that lie inside.</param>
/// <param name="MassSpecificity">Share of the sum of activations that lies inside.</param>
/// <param name="Recall">Share of the tokens inside on which the feature fires.</param>
public sealed record MembershipAgreement(double Pearson, double Specificity, double MassSpecificity, double Recall)
{
    /// <summary>Counts over a unit's activations, once for all contexts, in their order; zeros where it never fires.</summary>
    public static IReadOnlyList<MembershipAgreement> OfAll(ActivationIndex index, ContextSet contexts, int feature)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(contexts);
        ContextMatch.Check(index, contexts);
        var positions = index.Positions(feature);
        var values = index.Values(feature);
        var members = contexts.MemberBits();
        var inside = new long[ContextSet.MaximumContexts];
        var mass = new double[ContextSet.MaximumContexts];
        double sum = 0, squares = 0;
        for (var i = 0; i < positions.Length; i++)
        {
            var value = (double)(float)values[i];
            sum += value;
            squares += value * value;
            for (var left = members[positions[i]]; left != 0; left &= left - 1)
            {
                var context = BitOperations.TrailingZeroCount(left);
                inside[context]++;
                mass[context] += value;
            }
        }

        var all = new MembershipAgreement[contexts.Contexts.Count];
        for (var context = 0; context < all.Length; context++)
        {
            var tokensInside = contexts.MemberCount(context);
            all[context] = positions.IsEmpty || tokensInside == 0
                ? new MembershipAgreement(0, 0, 0, 0)
                : new MembershipAgreement(
                    Agreement.Pearson(sum, squares, mass[context], tokensInside, contexts.Tokens),
                    (double)inside[context] / positions.Length, mass[context] / sum, (double)inside[context] / tokensInside);
        }

        return all;
    }
}
