using FeatureExplorer.Analysis.Map;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Web.Systems;

/// <summary>The map of one dictionary, or of two jointly.</summary>
/// <param name="Dictionaries">By <see cref="MapPoint.Set"/>.</param>
/// <param name="Points">By dictionary and index.</param>
public sealed record MapView(IReadOnlyList<DictionaryInfo> Dictionaries, IReadOnlyList<MapPoint> Points)
{
    /// <summary>The dictionary that the map is of.</summary>
    public DictionaryInfo Dictionary => Dictionaries[0];

    /// <summary>Number of clusters.</summary>
    public int Clusters { get; } = Points.Count == 0 ? 0 : Points.Max(static point => point.Cluster) + 1;

    /// <summary>Features outside of all clusters.</summary>
    public int Unclustered { get; } = Points.Count(static point => point.Cluster == Hdbscan.None);
}
