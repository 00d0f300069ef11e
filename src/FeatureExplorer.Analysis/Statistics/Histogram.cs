namespace FeatureExplorer.Analysis.Statistics;

/// <summary>Counts of values in bins that are open below and closed above: bin i holds edges[i] &lt; value ≤ edges[i + 1].</summary>
/// <param name="Edges">Ascending edges, one more than there are bins; empty when there was no value.</param>
/// <param name="Counts">Number of values in each bin; together every value.</param>
public sealed record Histogram(IReadOnlyList<float> Edges, IReadOnlyList<long> Counts);
