using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Analysis.Exploration;

/// <summary>How near a feature is to a detector of one token (paper, section on single-token features).</summary>
/// <param name="Token">The token that has the largest sum of activations.</param>
/// <param name="Test">The paper's test on the top examples.</param>
/// <param name="Explained">Share of the activation's variance that the indicator of <paramref name="Token"/> explains: their squared correlation.</param>
public sealed record SingleToken(int Token, SingleTokenTest Test, double Explained);
