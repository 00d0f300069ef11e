using FeatureExplorer.Analysis.Map;
using FeatureExplorer.Web.Systems;

namespace FeatureExplorer.Web.Endpoints.Json.Systems;

/// <summary>The map of one dictionary, or of two jointly.</summary>
/// <param name="Dictionary">The dictionary.</param>
/// <param name="With">The one that it is mapped with, or null.</param>
/// <param name="Clusters">Number of clusters.</param>
/// <param name="Points">Every feature that fires, in the order of the list.</param>
public sealed record MapJson(string Dictionary, string? With, int Clusters, IReadOnlyList<MapJson.Place> Points)
{
    public static MapJson Of(MapView map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new MapJson(
            map.Dictionary.Id, map.Dictionaries.Count > 1 ? map.Dictionaries[1].Id : null, map.Clusters,
            [.. map.Points.OrderBy(static p => p.Order).Select(p => new Place($"{map.Dictionaries[p.Set].Id}/{p.Feature}", p.X, p.Y, p.Cluster == Hdbscan.None ? null : p.Cluster, p.Order))]);
    }

    /// <summary>A feature: its place in the plane, its cluster or null outside of all, and its place in the list.</summary>
    public sealed record Place(string Feature, float X, float Y, int? Cluster, int Order);
}
