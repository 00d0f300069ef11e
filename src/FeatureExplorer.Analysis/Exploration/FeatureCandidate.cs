namespace FeatureExplorer.Analysis.Exploration;

/// <summary>A feature that several texts have in common.</summary>
/// <param name="Feature">Index of the feature.</param>
/// <param name="Weakest">The smallest of <paramref name="Strengths"/>, by which candidates are ranked.</param>
/// <param name="Strengths">By text, its activation as a share of its maximum on held-out tokens: on the weakest of the selected tokens, or on the strongest token of a text in which none is selected.</param>
public sealed record FeatureCandidate(int Feature, float Weakest, IReadOnlyList<float> Strengths);
