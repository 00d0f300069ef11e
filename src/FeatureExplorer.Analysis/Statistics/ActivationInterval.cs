namespace FeatureExplorer.Analysis.Statistics;

/// <summary>Activations with low &lt; value ≤ high, and some of them drawn with a fixed seed.</summary>
/// <param name="Low">Exclusive lower end, in units of activation.</param>
/// <param name="High">Inclusive upper end.</param>
/// <param name="Count">Number of held-out tokens in the interval; over all intervals they add up to the number of activations.</param>
/// <param name="Examples">Up to five, without overlapping or duplicate windows.</param>
public sealed record ActivationInterval(float Low, float High, long Count, IReadOnlyList<Example> Examples);
