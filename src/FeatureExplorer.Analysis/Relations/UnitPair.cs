namespace FeatureExplorer.Analysis.Relations;

/// <summary>What is known of two units; each part is null where the files that it needs are missing or do not fit.</summary>
/// <param name="Activations">Token by token.</param>
/// <param name="Weights">By token of the vocabulary.</param>
/// <param name="Direction">Cosine of the decoder vectors; null between models.</param>
/// <param name="Problem">Why something is missing.</param>
public sealed record UnitPair(UnitComparison? Activations, WeightComparison? Weights, double? Direction, string? Problem);
