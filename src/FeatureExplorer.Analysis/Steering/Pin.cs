namespace FeatureExplorer.Analysis.Steering;

/// <summary>A feature that is held at an activation, whatever the text says.</summary>
/// <param name="Feature">Index of the feature.</param>
/// <param name="Target">f_i, in the dictionary's own unit; it may be negative.</param>
public sealed record Pin(int Feature, float Target);
