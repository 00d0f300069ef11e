namespace FeatureExplorer.Storage.Features;

/// <summary>The features before and after one, by index; null at the ends.</summary>
public sealed record FeatureNeighbours(int? Previous, int? Next);
