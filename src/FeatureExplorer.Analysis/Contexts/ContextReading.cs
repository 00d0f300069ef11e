namespace FeatureExplorer.Analysis.Contexts;

/// <summary>A context on a text that is not in the corpus.</summary>
/// <param name="Ratios">By token, its log-likelihood ratio log P(s | context) / P(s), nats.</param>
/// <param name="Inside">By token, whether it is inside.</param>
public sealed record ContextReading(IReadOnlyList<float> Ratios, IReadOnlyList<bool> Inside);
