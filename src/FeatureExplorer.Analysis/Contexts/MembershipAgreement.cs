using FeatureExplorer.Analysis.Index;

namespace FeatureExplorer.Analysis.Contexts;

/// <summary>How well one feature and one context agree over all held-out tokens, counted now from the index.</summary>
/// <param name="Pearson">Correlation of the activation with membership (0 or 1).</param>
/// <param name="Specificity">Share of the activations (by count) that lie inside.</param>
/// <param name="MassSpecificity">Share of the sum of activations that lies inside.</param>
/// <param name="Recall">Share of the tokens inside on which the feature fires.</param>
public sealed record MembershipAgreement(double Pearson, double Specificity, double MassSpecificity, double Recall)
{
    /// <summary>Counts over a feature's activations; zeros where it never fires.</summary>
    public static unsafe MembershipAgreement Of(ActivationIndex index, ContextSet contexts, int feature, int context)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(contexts);
        ContextMatch.Check(index, contexts);
        var positions = index.Positions(feature);
        var values = index.Values(feature);
        var members = contexts.MemberBits();
        var inside = 0L;
        double sum = 0, squares = 0, mass = 0;
        for (var i = 0; i < positions.Length; i++)
        {
            var value = (double)(float)values[i];
            var member = (members[positions[i]] >> context) & 1;
            sum += value;
            squares += value * value;
            mass += value * member;
            inside += (long)member;
        }

        var tokensInside = contexts.MemberCount(context);
        return positions.IsEmpty || tokensInside == 0
            ? new MembershipAgreement(0, 0, 0, 0)
            : new MembershipAgreement(
                Agreement.Pearson(sum, squares, mass, tokensInside, contexts.Tokens), (double)inside / positions.Length, mass / sum, (double)inside / tokensInside);
    }
}
