using FeatureExplorer.Analysis.Contexts;

namespace FeatureExplorer.Analysis.Steering;

/// <summary>A feature of a survey.</summary>
/// <param name="Feature">Index of the feature.</param>
/// <param name="Max">Its largest activation on held-out tokens.</param>
/// <param name="Context">Its best context.</param>
public sealed record SteeringTask(int Feature, float Max, ContextInfo Context);
