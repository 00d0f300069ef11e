using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Json;
using FeatureExplorer.Analysis;
using FeatureExplorer.Analysis.Imports;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Features;

/// <summary>Every read of models, dictionaries and features. SQLite has no asynchronous input: calls return when they are done, in milliseconds.</summary>
public sealed class FeatureStore(FeatureDatabase database)
{
    // A dictionary's record never changes once it is published: to publish it again makes a new one, and its number is not used again.
    private readonly ConcurrentDictionary<long, DictionaryInfo> _published = new();

    /// <summary>All models, by name.</summary>
    public IReadOnlyList<ModelInfo> Models()
    {
        using var db = database.NewContext();
        var rows = db.Models.AsNoTracking().Select(m => m.Json).ToList();
        return [.. rows.Select(Model).OrderBy(static m => m.Name, NaturalOrder.Names)];
    }

    /// <summary>The model of a name, or null.</summary>
    public ModelInfo? FindModel(string name)
    {
        using var db = database.NewContext();
        var json = db.Models.AsNoTracking().Where(m => m.Name == name).Select(m => m.Json).FirstOrDefault();
        return json is null ? null : Model(json);
    }

    /// <summary>All published dictionaries, by model, number of features and name; without the models' neurons.</summary>
    public IReadOnlyList<DictionaryInfo> Dictionaries() => [.. Everything().Where(static d => !d.AreNeurons)];

    /// <summary>The neurons of all models that have been measured, by model.</summary>
    public IReadOnlyList<DictionaryInfo> Neurons() => [.. Everything().Where(static d => d.AreNeurons)];

    /// <summary>The neurons of a model, or null when they have not been measured.</summary>
    public DictionaryInfo? NeuronsOf(string model) => FindDictionary(model, DictionaryDraft.Neurons);

    /// <summary>The published dictionary of a name, or null.</summary>
    public DictionaryInfo? FindDictionary(string model, string name)
    {
        using var db = database.NewContext();
        if (PageQueries.Dictionary(db, model, name) is not { } id)
        {
            return null;
        }

        if (_published.TryGetValue(id, out var known))
        {
            return known;
        }

        // It may have gone since.
        var json = Published(db).Where(d => d.Id == id).Select(d => d.Json).FirstOrDefault();
        return json is null ? null : Dictionary(id, json);
    }

    /// <summary>One page of a dictionary's features by what each row says of itself: state and order alone. <see cref="FeatureCatalog"/> answers whole queries.</summary>
    internal FeaturePage Rows(DictionaryInfo dictionary, FeatureQuery query)
    {
        using var db = database.NewContext();
        var chosen = db.Features.AsNoTracking().Where(f => f.DictionaryId == dictionary.Stamp);
        chosen = query.State is { } state ? chosen.Where(f => f.State == state) : chosen;
        var total = chosen.Count();
        var pages = Math.Max(1, (total + FeatureQuery.PageSize - 1) / FeatureQuery.PageSize);
        var number = Math.Clamp(query.Page, 1, pages);
        var rows = Order(db, chosen, query.Order, query.Descending).Skip((number - 1) * FeatureQuery.PageSize).Take(FeatureQuery.PageSize);
        return new FeaturePage(Summaries(dictionary, rows), number, pages, total);
    }

    /// <summary>Of some features those of a state, in the order of one of their columns.</summary>
    internal IReadOnlyList<int> Ordered(DictionaryInfo dictionary, IReadOnlyCollection<int>? among, FeatureState? state, FeatureSort sort, bool descending)
    {
        using var db = database.NewContext();
        var chosen = db.Features.AsNoTracking().Where(f => f.DictionaryId == dictionary.Stamp);
        chosen = state is { } wanted ? chosen.Where(f => f.State == wanted) : chosen;
        var ordered = Order(db, chosen, sort, descending).Select(f => f.Index).ToList();
        return among is null ? ordered : ordered.FindAll(new HashSet<int>(among).Contains);
    }

    /// <summary>Some features by index; those that the dictionary does not have are missing.</summary>
    public IReadOnlyDictionary<int, FeatureSummary> Summaries(DictionaryInfo dictionary, IEnumerable<int> indices)
    {
        // A list: EF Core translates its Contains, not an array's.
        var wanted = indices.Distinct().ToList();
        using var db = database.NewContext();
        return Summaries(dictionary, db.Features.AsNoTracking().Where(f => f.DictionaryId == dictionary.Stamp && wanted.Contains(f.Index))).ToDictionary(f => f.Index);
    }

    /// <summary>All features of a dictionary, by index.</summary>
    public IReadOnlyList<FeatureSummary> Summaries(DictionaryInfo dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        using var db = database.NewContext();
        return Summaries(dictionary, db.Features.AsNoTracking().Where(f => f.DictionaryId == dictionary.Stamp).OrderBy(f => f.Index));
    }

    /// <summary>
    /// How many features fire with a density below the paper's threshold for ultralow ones, 10⁻⁶; null where one activation already is a higher density, so
    /// that the index cannot tell.
    /// </summary>
    public int? PaperUltralow(DictionaryInfo dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        if (dictionary.Resolution >= PublishedFeatures.UltralowDensity)
        {
            return null;
        }

        using var db = database.NewContext();
        return db.Features.Count(f => f.DictionaryId == dictionary.Stamp && f.State != FeatureState.Dead && f.Density < PublishedFeatures.UltralowDensity);
    }

    /// <summary>The report of one feature, or null when the dictionary has no such feature.</summary>
    public FeatureReport? FindFeature(DictionaryInfo dictionary, int index)
    {
        using var db = database.NewContext();
        return PageQueries.Report(db, dictionary.Stamp, index) is { } packed ? FeatureReportFormat.Unpack(packed) : null;
    }

    private static FeatureSummary[] Summaries(DictionaryInfo dictionary, IQueryable<FeatureRow> features)
    {
        var rows = features
            .Select(f => new
            {
                f.Index,
                f.State,
                f.Density,
                f.Max,
                f.Mean,
                f.BestContext,
                f.BestScore,
                f.TopTokens,
                f.TopLogits,
                f.Shape,
            })
            .ToList();
        return [.. rows.Select(f => new FeatureSummary(
            f.Index, f.State, f.Density, f.Max, dictionary.Source is null ? f.Mean : double.NaN, IsFound(f.BestScore) ? f.BestContext : null, IsFound(f.BestScore) ? f.BestScore : null,
            Ids(f.TopTokens), Ids(f.TopLogits), f.Shape))];
    }

    /// <summary>The features next to one, also where indexes are missing in between.</summary>
    public FeatureNeighbours Neighbours(DictionaryInfo dictionary, int index)
    {
        using var db = database.NewContext();
        return new FeatureNeighbours(PageQueries.Previous(db, dictionary.Stamp, index), PageQueries.Next(db, dictionary.Stamp, index));
    }

    private IEnumerable<DictionaryInfo> Everything()
    {
        using var db = database.NewContext();
        var rows = Published(db).Select(d => new { d.Id, d.Json }).ToList();
        return rows.Select(r => Dictionary(r.Id, r.Json)).OrderBy(static d => d.Model, NaturalOrder.Names).ThenBy(static d => d.Features).ThenBy(static d => d.Name, NaturalOrder.Names);
    }

    private static IQueryable<DictionaryRow> Published(FeatureDb db) =>
        db.Dictionaries.AsNoTracking().Where(d => d.Status == DictionaryStatus.Ready);

    private static IQueryable<FeatureRow> Order(FeatureDb db, IQueryable<FeatureRow> features, FeatureSort sort, bool descending) => (sort, descending) switch
    {
        (FeatureSort.Density, false) => features.OrderBy(f => f.Density).ThenBy(f => f.Index),
        (FeatureSort.Density, true) => features.OrderByDescending(f => f.Density).ThenByDescending(f => f.Index),
        (FeatureSort.Max, false) => features.OrderBy(f => f.Max).ThenBy(f => f.Index),
        (FeatureSort.Max, true) => features.OrderByDescending(f => f.Max).ThenByDescending(f => f.Index),
        (FeatureSort.Context, false) => features.OrderBy(f => f.BestScore).ThenBy(f => f.Index),
        (FeatureSort.Context, true) => features.OrderByDescending(f => f.BestScore).ThenByDescending(f => f.Index),
        (FeatureSort.Steering, false) => features.OrderBy(f => db.Steerings.Where(s => s.DictionaryId == f.DictionaryId && s.Index == f.Index).Select(s => (double?)s.Moved).FirstOrDefault()).ThenBy(f => f.Index),
        (FeatureSort.Steering, true) => features.OrderByDescending(f => db.Steerings.Where(s => s.DictionaryId == f.DictionaryId && s.Index == f.Index).Select(s => (double?)s.Moved).FirstOrDefault())
            .ThenByDescending(f => f.Index),
        (_, true) => features.OrderByDescending(f => f.Index),
        _ => features.OrderBy(f => f.Index),
    };

    // Dictionaries that were published before a best context had to reach anything have rows with less.
    private static bool IsFound(double? score) => score >= FeatureReport.BestContextPearson;

    private static int[] Ids(byte[] bytes) => MemoryMarshal.Cast<byte, int>(bytes).ToArray();

    private static ModelInfo Model(string json) => JsonSerializer.Deserialize(json, StorageJson.Default.ModelInfo)!;

    private DictionaryInfo Dictionary(long id, string json) => _published.GetOrAdd(
        id,
        static (id, from) => HeldOutTokenCount.Named(JsonSerializer.Deserialize(from.Json, StorageJson.Default.DictionaryInfo)!.Titled() with { Stamp = id }, from.Folder),
        (Json: json, database.Folder));
}
