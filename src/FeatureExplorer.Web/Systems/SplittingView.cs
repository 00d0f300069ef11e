using FeatureExplorer.Storage.Analyses;

namespace FeatureExplorer.Web.Systems;

/// <summary>The graph of feature splitting around a feature, with what readers see of its nodes.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Nodes">Its nodes, by size of the dictionary, dictionary and index.</param>
/// <param name="Threshold">Least masked cosine of an edge.</param>
public sealed record SplittingView(SplittingGraph Graph, IReadOnlyList<SplittingNodeView> Nodes, float Threshold)
{
    /// <summary>The feature that it is about.</summary>
    public SplittingNodeView Chosen => Nodes.Single(static node => node.Node.Role == SplittingRole.Chosen);
}
