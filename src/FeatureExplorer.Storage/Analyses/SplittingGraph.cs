namespace FeatureExplorer.Storage.Analyses;

/// <summary>What a feature splits into in larger dictionaries, what it comes from in smaller ones, and what else merges into its descendants: a DAG.</summary>
/// <param name="Nodes">By number of the dictionary's features, dictionary and index.</param>
/// <param name="Links">Every edge between two of the nodes, strongest first.</param>
/// <param name="Left">Features that the threshold lets in and that were left out because a dictionary shows no more than <see cref="Most"/>.</param>
/// <param name="Compared">Whether the dictionary has been compared with another one.</param>
public sealed record SplittingGraph(IReadOnlyList<SplittingNode> Nodes, IReadOnlyList<SplittingLink> Links, int Left, bool Compared)
{
    /// <summary>Most features of one dictionary in a graph.</summary>
    public const int Most = 40;
}
