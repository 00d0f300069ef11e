using FeatureExplorer.Storage.Analyses;

namespace FeatureExplorer.Web.Systems;

/// <summary>A feature in a graph of feature splitting, as pages and the API show it.</summary>
/// <param name="Node">The feature.</param>
/// <param name="Name">Its name.</param>
/// <param name="Context">Title of its best context, or null.</param>
/// <param name="Density">Share of the held-out tokens on which it fires.</param>
public sealed record SplittingNodeView(SplittingNode Node, string Name, string? Context, double Density);
