using FeatureExplorer.Web.Systems;

namespace FeatureExplorer.Web.Endpoints.Json.Systems;

/// <summary>The graph of feature splitting around a feature.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="Threshold">Least masked cosine of an edge.</param>
/// <param name="Nodes">The features, by size of their dictionary.</param>
/// <param name="Edges">The edges from smaller to larger dictionaries, most similar first.</param>
/// <param name="Left">Features that the threshold lets in and that a bounded answer leaves out.</param>
public sealed record SplittingJson(
    string Feature, float Threshold, IReadOnlyList<SplittingJson.Node> Nodes, IReadOnlyList<SplittingJson.Edge> Edges, int Left)
{
    public static SplittingJson Of(SplittingView view) => new(
        view.Chosen.Node.Id,
        view.Threshold,
        [.. view.Nodes.Select(static n => new Node(n.Node.Id, n.Node.Dictionary.Id, n.Node.Index, Urls.Word(n.Node.Role), n.Name, n.Context, n.Density))],
        [.. view.Graph.Links.Select(static link => new Edge(link.From.Id, link.To.Id, link.Similarity))],
        view.Graph.Left);

    /// <summary>A feature of the graph.</summary>
    public sealed record Node(string Id, string Dictionary, int Feature, string Role, string Name, string? BestContext, double Density);

    /// <summary>Two features and their masked cosine.</summary>
    public sealed record Edge(string From, string To, float Similarity);
}
