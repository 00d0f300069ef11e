namespace FeatureExplorer.Analysis.Statistics;

/// <summary>Activations of one of the eleven intervals, and how many of them lie inside a context.</summary>
public sealed record ContextLevel(long Count, long Inside);
