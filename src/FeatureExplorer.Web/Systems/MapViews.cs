using FeatureExplorer.Analysis;
using FeatureExplorer.Analysis.Map;
using FeatureExplorer.Storage.Analyses;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Systems;

/// <summary>Assembles maps of dictionaries, once for page, chart and API.</summary>
public sealed class MapViews(FeatureStore store, MapStore maps, SplittingStore splitting, FeatureCatalog catalog, FeatureNames names)
{
    /// <summary>The dictionaries with which a joint map is there.</summary>
    public IReadOnlyList<DictionaryInfo> Joint(DictionaryInfo dictionary)
    {
        var stamps = maps.Joint(dictionary);
        return [.. store.Dictionaries().Where(other => stamps.Contains(other.Stamp)).OrderBy(static other => other.Id, NaturalOrder.Names)];
    }

    /// <summary>The map of a dictionary, or null where it has none.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="with">Id of the dictionary that is mapped jointly, such as "A/0"; null for none.</param>
    /// <exception cref="AddressException">There is no joint map with that dictionary.</exception>
    public MapView? Find(DictionaryInfo dictionary, string? with)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        if (string.IsNullOrEmpty(with))
        {
            return maps.Find(dictionary) is { } own ? new MapView([dictionary], own) : null;
        }

        var joint = Joint(dictionary);
        var other = joint.FirstOrDefault(d => d.Id == with) ?? throw new AddressException($"with is \"{AddressException.Shown(with)}\". {Unmapped(dictionary, with)} {Mapped(dictionary, joint)}");
        return maps.Find(dictionary, other) is { } points ? new MapView([dictionary, other], points) : null;
    }

    /// <summary>Every feature of a map, with its name.</summary>
    /// <param name="map">The map.</param>
    /// <param name="parents">Whether with the feature that it splits off from.</param>
    public IReadOnlyList<MappedFeature> All(MapView map, bool parents = false)
    {
        ArgumentNullException.ThrowIfNull(map);
        var all = Named(map, map.Points, store.Summaries);
        if (!parents)
        {
            return all;
        }

        var found = map.Dictionaries.ToDictionary(static d => d.Stamp, dictionary => Parents(map, dictionary));
        return [.. all.Select(feature => feature with { Parent = found[feature.Dictionary.Stamp].GetValueOrDefault(feature.Point.Feature) })];
    }

    /// <summary>The next smaller dictionary that a dictionary's features split off from: the one that it is mapped with, if that is it; null where none was compared.</summary>
    public DictionaryInfo? Smaller(MapView map, DictionaryInfo dictionary)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(dictionary);
        var compared = splitting.Compared(dictionary);
        return store.Dictionaries().Where(other => other.Features < dictionary.Features && compared.Contains(other.Stamp))
            .OrderByDescending(other => map.Dictionaries.Any(mapped => mapped.Stamp == other.Stamp)).ThenByDescending(static other => other.Features).ThenBy(static other => other.Name, NaturalOrder.Names)
            .FirstOrDefault();
    }

    /// <summary>Why a dictionary is not mapped with what an address names.</summary>
    private string Unmapped(DictionaryInfo dictionary, string with) =>
        with.Split('/') is not [var model, var name] || store.FindDictionary(model, name) is not { } other ? Absent.Dictionary(store, with.Split('/')[0], with[(with.IndexOf('/', StringComparison.Ordinal) + 1)..])
        : other.AreNeurons || other.Source is not null ? NotComputed.Map(other)
        : other.Stamp == dictionary.Stamp ? "That is the dictionary of the map itself."
        : other.Model != dictionary.Model ? $"It is a dictionary of model {other.Model}: features of two models have no common directions."
        : $"{dictionary.Id} is not mapped with it: a dictionary is mapped with those of the next smaller size that read the same site.";

    private static string Mapped(DictionaryInfo dictionary, IReadOnlyList<DictionaryInfo> joint) => joint.Count == 0
        ? $"{dictionary.Id} is mapped with no other dictionary: leave with out."
        : $"{dictionary.Id} is mapped with {Wording.Listed([.. joint.Select(static d => d.Id)])}.";

    private Dictionary<int, MapParent> Parents(MapView map, DictionaryInfo dictionary)
    {
        // Of two dictionaries the smaller one's features are the parents.
        if (map.Dictionaries.Any(other => Smaller(map, other)?.Stamp == dictionary.Stamp))
        {
            return map.Points.Where(point => map.Dictionaries[point.Set].Stamp == dictionary.Stamp).ToDictionary(static point => point.Feature, point => new MapParent(dictionary.Id, point.Feature, 1));
        }

        return Smaller(map, dictionary) is not { } smaller ? []
            : splitting.Edges(dictionary, smaller, [.. Enumerable.Range(0, dictionary.Features)]).Where(static edge => edge.Similarity >= SplittingViews.UsualThreshold)
                .GroupBy(static edge => edge.To).Select(static group => group.MaxBy(static edge => (edge.Similarity, -edge.From)))
                .ToDictionary(static edge => edge.To, edge => new MapParent(smaller.Id, edge.From, edge.Similarity));
    }

    /// <summary>The points that the search and the cluster of a query mark; null where neither is asked for.</summary>
    public IReadOnlySet<MapPoint>? Marked(MapView map, MapQuery query)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(query);
        if (!query.Marks)
        {
            return null;
        }

        var found = query.Text is null ? null : map.Dictionaries.Select(d => catalog.Indexes(d, new FeatureQuery { Text = query.Text }).ToHashSet()).ToList();
        return map.Points.Where(point => (query.Cluster is null || point.Cluster == query.Cluster) && found?[point.Set].Contains(point.Feature) != false).ToHashSet();
    }

    /// <summary>A page of the list: the features that a query marks and that lie in its area, in the order of the map.</summary>
    public (FeaturePage Page, IReadOnlyList<MappedFeature> Items) Page(MapView map, MapQuery query)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(query);
        var marked = Marked(map, query);
        var listed = map.Points.Where(point => marked?.Contains(point) != false && query.Area?.Contains(point.X, point.Y) != false).OrderBy(static point => point.Order).ToList();
        var pages = Math.Max(1, (listed.Count + FeatureQuery.PageSize - 1) / FeatureQuery.PageSize);
        var number = Math.Clamp(query.Page, 1, pages);
        var shown = listed.Skip((number - 1) * FeatureQuery.PageSize).Take(FeatureQuery.PageSize).ToList();
        var items = Named(map, shown, dictionary => store.Summaries(dictionary, shown.Where(point => map.Dictionaries[point.Set] == dictionary).Select(static point => point.Feature)).Values);
        return (new FeaturePage([.. items.Select(static item => item.Summary)], number, pages, listed.Count), items);
    }

    private IReadOnlyList<MappedFeature> Named(MapView map, IEnumerable<MapPoint> points, Func<DictionaryInfo, IEnumerable<FeatureSummary>> read)
    {
        var sets = map.Dictionaries.Select(dictionary =>
        {
            var summaries = read(dictionary).ToDictionary(static summary => summary.Index);
            return (Dictionary: dictionary, Summaries: summaries, Names: names.Of(dictionary, summaries.Values));
        }).ToList();
        return [.. from point in points
                   let set = sets[point.Set]
                   where set.Summaries.ContainsKey(point.Feature)
                   select new MappedFeature(set.Dictionary, point, set.Summaries[point.Feature], set.Names[point.Feature])];
    }
}
