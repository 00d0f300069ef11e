namespace FeatureExplorer.Analysis.Statistics;

/// <summary>What a feature does to the next token directly: d · W_down · π · L · W_U, median shifted to zero (paper, section on logit weights).</summary>
/// <param name="Top">The ten largest, largest first.</param>
/// <param name="Bottom">The ten smallest, smallest first.</param>
/// <param name="Histogram">All tokens that occur in the training split, 40 bins; linear from the smallest to the largest weight.</param>
public sealed record LogitWeightSummary(IReadOnlyList<TokenWeight> Top, IReadOnlyList<TokenWeight> Bottom, Histogram Histogram);
