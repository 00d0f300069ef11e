namespace FeatureExplorer.Analysis.Statistics;

/// <summary>A feature or neuron that detects a context, and how well.</summary>
/// <param name="Index">Index of the feature or neuron.</param>
/// <param name="Pearson">Correlation of its activation with membership.</param>
/// <param name="Specificity">Share of its activations that lie inside.</param>
/// <param name="Recall">Share of the tokens inside on which it fires.</param>
public sealed record ContextDetector(int Index, double Pearson, double Specificity, double Recall);
