using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Analysis.LogitSide;

/// <summary>Part of a logit update. Of its logits the mean over the vocabulary, which changes no probability, is taken out.</summary>
/// <param name="Kind">What it comes from.</param>
/// <param name="Feature">Index of the feature, or null.</param>
/// <param name="Activation">How strongly the feature fires; 0 for other terms.</param>
/// <param name="Share">⟨term, update⟩ / ‖update‖² over the vocabulary: the shares of all terms add up to 1.</param>
/// <param name="Next">What it adds to the logit of the token that comes next; null at the text's end.</param>
/// <param name="Norm">Its length over the vocabulary.</param>
/// <param name="Promoted">The tokens whose logits it raises most, strongest first.</param>
/// <param name="Suppressed">The tokens whose logits it lowers most, strongest first.</param>
public sealed record LogitTerm(
    LogitTermKind Kind, int? Feature, float Activation, double Share, double? Next, double Norm, IReadOnlyList<TokenWeight> Promoted, IReadOnlyList<TokenWeight> Suppressed)
{
    /// <summary>Most tokens that are named on either side.</summary>
    public const int Named = 5;
}
