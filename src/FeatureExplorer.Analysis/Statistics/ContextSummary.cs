using FeatureExplorer.Analysis.Contexts;

namespace FeatureExplorer.Analysis.Statistics;

/// <summary>A context and what detects it best: the paper's comparison of features with neurons.</summary>
/// <param name="Context">The context.</param>
/// <param name="Feature">Best-correlated feature of the dictionary, or null when none fires inside.</param>
/// <param name="Neuron">Best-correlated neuron of the model, or null when it was not measured.</param>
public sealed record ContextSummary(ContextInfo Context, ContextDetector? Feature, ContextDetector? Neuron);
