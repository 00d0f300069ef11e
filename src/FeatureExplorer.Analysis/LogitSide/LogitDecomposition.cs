using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Analysis.LogitSide;

/// <summary>The logit update that a site's layer makes at one token, taken apart.</summary>
/// <param name="Tokens">Ids of the text's tokens; the first is the end-of-text mark, as at every document's start.</param>
/// <param name="Position">Number of the token, counted from 0.</param>
/// <param name="Terms">The terms, by the size of their share, largest first.</param>
/// <param name="Norm">Length of the real update over the vocabulary.</param>
/// <param name="Next">What the real update adds to the logit of the token that comes next; null at the text's end.</param>
/// <param name="Promoted">The tokens whose logits the real update raises most.</param>
/// <param name="Suppressed">The tokens whose logits it lowers most.</param>
/// <param name="Difference">Largest absolute difference, over the vocabulary, of the sum of the terms from the real update: rounding alone.</param>
/// <param name="InverseDeviation">1/σ of the last LayerNorm at this token, which scales every term.</param>
public sealed record LogitDecomposition(
    IReadOnlyList<int> Tokens, int Position, IReadOnlyList<LogitTerm> Terms, double Norm, double? Next, IReadOnlyList<TokenWeight> Promoted,
    IReadOnlyList<TokenWeight> Suppressed, double Difference, double InverseDeviation);
