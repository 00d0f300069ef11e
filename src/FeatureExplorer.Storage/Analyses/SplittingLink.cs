namespace FeatureExplorer.Storage.Analyses;

/// <summary>An edge between two features of a <see cref="SplittingGraph"/>.</summary>
/// <param name="From">The one of the smaller dictionary.</param>
/// <param name="To">The one of the larger dictionary.</param>
/// <param name="Similarity">Their masked cosine.</param>
public sealed record SplittingLink(SplittingNode From, SplittingNode To, float Similarity);
