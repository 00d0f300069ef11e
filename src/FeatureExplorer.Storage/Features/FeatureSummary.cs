using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Storage.Features;

/// <summary>A feature in a list.</summary>
/// <param name="Index">Index in its dictionary.</param>
/// <param name="State">Live, ultralow or dead.</param>
/// <param name="Density">Share of held-out tokens on which it fires.</param>
/// <param name="Max">Largest activation.</param>
/// <param name="Mean">Mean nonzero activation.</param>
/// <param name="BestContext">Name of the best-correlated context, or null.</param>
/// <param name="BestScore">Correlation with it, or null.</param>
/// <param name="TopTokens">Ids of the tokens it fires on most, without repeats, strongest first.</param>
/// <param name="TopLogits">Ids of the tokens it promotes most.</param>
/// <param name="Shape">Bars of its histogram, 0 to 255, logarithmic.</param>
public sealed record FeatureSummary(
    int Index, FeatureState State, double Density, double Max, double Mean, string? BestContext, double? BestScore,
    IReadOnlyList<int> TopTokens, IReadOnlyList<int> TopLogits, IReadOnlyList<byte> Shape);
