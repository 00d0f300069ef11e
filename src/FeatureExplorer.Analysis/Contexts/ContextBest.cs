namespace FeatureExplorer.Analysis.Contexts;

/// <summary>The feature, or the neuron, that correlates best with a context over the held-out tokens.</summary>
/// <param name="Name">The context's name.</param>
/// <param name="Feature">Index of the feature, or of the neuron; −1 when none fires inside.</param>
/// <param name="Pearson">Correlation of its activation with membership.</param>
/// <param name="Specificity">Share of its activations (by count) that lie inside.</param>
/// <param name="Recall">Share of the tokens inside on which it fires.</param>
public sealed record ContextBest(string Name, int Feature, double Pearson, double Specificity, double Recall);
