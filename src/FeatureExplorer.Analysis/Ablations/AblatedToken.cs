using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Analysis.Ablations;

/// <summary>What removing a feature on the token before does to the prediction of a token.</summary>
/// <param name="At">Index of the predicted token in the example; the number of its tokens for the one after its end.</param>
/// <param name="Effect">Loss without the feature − loss with it, nats: above 0 the feature helped to predict the token, below 0 it hurt.</param>
/// <param name="Promoted">Five tokens whose logits the feature raises most, strongest first; the weight is the logit with it − without it.</param>
/// <param name="Suppressed">Five tokens whose logits it lowers most.</param>
public sealed record AblatedToken(int At, float Effect, IReadOnlyList<TokenWeight> Promoted, IReadOnlyList<TokenWeight> Suppressed);
