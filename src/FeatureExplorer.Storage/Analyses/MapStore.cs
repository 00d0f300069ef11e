using System.Runtime.InteropServices;
using FeatureExplorer.Analysis.Map;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Entities;

namespace FeatureExplorer.Storage.Analyses;

/// <summary>Maps of dictionaries: of one, and of two jointly.</summary>
public sealed class MapStore(FeatureDatabase database)
{
    private readonly AnalysisTable _table = new(database, AnalysisKind.Map);

    /// <summary>Whether a map is there.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="other">The one that it is mapped with; null for its own map.</param>
    public bool Has(DictionaryInfo dictionary, DictionaryInfo? other = null) => _table.Has(dictionary, other ?? dictionary);

    /// <summary>The dictionaries (<see cref="DictionaryInfo.Stamp"/>) with which a joint map is there.</summary>
    public IReadOnlyList<long> Joint(DictionaryInfo dictionary) => [.. _table.Others(dictionary).Where(stamp => stamp != dictionary.Stamp)];

    /// <summary>The points of a map, by dictionary and index; null where it is not there.</summary>
    /// <param name="dictionary">The dictionary; the <see cref="MapPoint.Set"/> of its points is 0.</param>
    /// <param name="other">The one that it is mapped with; null for its own map.</param>
    public IReadOnlyList<MapPoint>? Find(DictionaryInfo dictionary, DictionaryInfo? other = null) =>
        _table.FindWhole(dictionary, other ?? dictionary) is { } data ? MemoryMarshal.Cast<byte, MapPoint>(data).ToArray() : null;

    /// <summary>Stores a map in one step, in the place of an older one.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="other">The one that it is mapped with, which gets the same map; null for its own map.</param>
    /// <param name="points">Its points.</param>
    public void Save(DictionaryInfo dictionary, DictionaryInfo? other, IReadOnlyList<MapPoint> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (other is null)
        {
            _table.Save((dictionary, dictionary, Bytes(points), []));
        }
        else
        {
            var swapped = points.Select(static point => point with { Set = 1 - point.Set }).OrderBy(static point => point.Set).ThenBy(static point => point.Feature);
            _table.Save((dictionary, other, Bytes(points), []), (other, dictionary, Bytes([.. swapped]), []));
        }
    }

    private static byte[] Bytes(IReadOnlyList<MapPoint> points) => MemoryMarshal.AsBytes<MapPoint>(points.ToArray()).ToArray();
}
