namespace FeatureExplorer.Analysis.Statistics;

/// <summary>Examples whose activations lie nearest to a level, of which it is not known how many there are: from a browser that kept a sample.</summary>
/// <param name="Name">What the source calls the group: "Subsample Interval 3".</param>
/// <param name="Max">Largest activation among the examples.</param>
/// <param name="Examples">Some activations near the level, in the source's order.</param>
public sealed record ExampleLevel(string Name, float Max, IReadOnlyList<Example> Examples);
