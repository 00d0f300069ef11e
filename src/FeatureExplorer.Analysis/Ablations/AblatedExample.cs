namespace FeatureExplorer.Analysis.Ablations;

/// <summary>An example's tokens whose prediction changes when the feature is removed from all of its tokens.</summary>
/// <param name="Position">Position of the example's centre in the held-out stream.</param>
/// <param name="Tokens">The tokens after those on which the feature fires.</param>
public sealed record AblatedExample(long Position, IReadOnlyList<AblatedToken> Tokens);
