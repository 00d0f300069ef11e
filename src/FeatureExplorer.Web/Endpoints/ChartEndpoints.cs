using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Search;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Components.Plots;
using FeatureExplorer.Web.Computing;
using FeatureExplorer.Web.Endpoints.Answers;
using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Systems;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>The data of charts: what plotly.js reads to draw them.</summary>
public static class ChartEndpoints
{
    public static void MapCharts(this IEndpointRouteBuilder routes)
    {
        var charts = routes.MapGroup(ChartUrls.Root);
        charts.MapRunCharts();
        charts.MapGet("/pareto", Pareto);
        charts.MapGet("/{model}/{name}/spectrum", Spectrum).Computes();
        charts.MapGet("/{model}/{name}/map", Map).Computes();
        charts.MapGet("/{model}/{name}/{index:int}/histogram", Histogram).Computes();
        charts.MapGet("/{model}/{name}/{index:int}/formation", Formation);
        charts.MapGet("/compare/activations", Activations).Computes();
        charts.MapGet("/compare/weights", Weights).Computes();
    }

    [TextParameter("model", 64)]
    [TextParameter("site", 32)]
    private static IResult Pareto(FeatureStore store, DictionarySites sites, string? model, string? site)
    {
        var all = store.Dictionaries();
        return ChartJson.Answer(ParetoChart.Of(all, ParetoChoice.Checked(model, site, sites.Of(all), all, store)));
    }

    [WordsParameter("y", "bias", "cosine")]
    private static IResult Spectrum(FeatureStore store, DensitySpectra spectra, string model, string name, string? y) =>
        store.FindDictionary(model, name) is not { } dictionary ? AbsentAnswer.Dictionary(model, name)
        : spectra.Of(dictionary) is { } spectrum ? ChartJson.Answer(SpectrumChart.Of(dictionary, spectrum, y == "cosine"))
        : JsonAnswer.NotFound("No spectrum", $"The index and the weights of dictionary {dictionary.Id} are not on this server: the dictionary was imported, or its files are missing.");

    [EnumParameter<MapColour>("colour")]
    [TextParameter("q", SearchQuery.LongestText)]
    [WholeNumberParameter("cluster", 0, int.MaxValue)]
    [AreaParameter("area")]
    [DictionaryParameter("with")]
    private static IResult Map(FeatureStore store, MapViews maps, string model, string name, string? colour, string? q, int? cluster, string? area, string? with)
    {
        if (store.FindDictionary(model, name) is not { } dictionary)
        {
            return AbsentAnswer.Dictionary(model, name);
        }

        var query = MapQuery.Parse(colour, q, cluster, area, null, with, null);
        return maps.Find(dictionary, with) is { } map
            ? ChartJson.Answer(MapChart.Of(map, maps.All(map, query.Colour == MapColour.Parent), maps.Marked(map, query), query))
            : JsonAnswer.NotFound("Not computed", NotComputed.Map(dictionary));
    }

    [TextParameter("context", ContextExpression.LongestText)]
    [WordsParameter("x", "linear", "log")]
    [WordsParameter("y", "linear", "log")]
    [WordsParameter("bars", "count", "mass")]
    private static IResult Histogram(
        HttpContext http, FeatureReader reader, Explorations explorations, string model, string name, int index, string? context, string? x, string? y, string? bars) =>
        reader.Find(model, name, index, HistogramView.Parse(context, x, y)) is { Report.Histogram.Counts.Count: > 0 } feature
            ? ChartJson.Answer(HistogramChart.Of(feature.Drawn(explorations, http.RequestAborted), bars == "mass"))
            : reader.Find(model, name, index) is null ? AbsentAnswer.Feature(model, name, index)
            : JsonAnswer.NotFound("No histogram", $"{model}/{name}/{index} fires on none of the indexed tokens.");

    [EnumParameter<FormationQuantity>("of")]
    private static IResult Formation(FeatureStore store, FormationHistories histories, string model, string name, int index, string? of) =>
        store.FindDictionary(model, name) is not { } dictionary || index < 0 || index >= dictionary.Features ? AbsentAnswer.Feature(model, name, index)
        : histories.Find(dictionary) is { } history ? ChartJson.Answer(FormationChart.Of(Urls.Parse<FormationQuantity>(of) ?? FormationQuantity.Density, history.Of(index)))
        : JsonAnswer.NotFound("No such history", $"Nothing was kept of how the features of {dictionary.Id} formed.");

    [UnitParameter("left")]
    [UnitParameter("right")]
    [TextParameter("context", ContextExpression.LongestText)]
    [WholeNumberParameter("seed", 0, ulong.MaxValue)]
    private static IResult Activations(HttpContext http, UnitPairs pairs, string? left, string? right, string? context, ulong? seed) =>
        pairs.Find(left, right, context, seed ?? 0, http.RequestAborted) is { Result.Activations: { } activations } pair
            ? ChartJson.Answer(PairCharts.Activations(activations, pair.LeftId, pair.RightId))
            : NoPair(pairs, left, right);

    [UnitParameter("left")]
    [UnitParameter("right")]
    [TextParameter("context", ContextExpression.LongestText)]
    private static IResult Weights(HttpContext http, UnitPairs pairs, ExplorerData data, string? left, string? right, string? context) =>
        pairs.Find(left, right, context, 0, http.RequestAborted) is { Result.Weights: { } weights } pair
            ? ChartJson.Answer(PairCharts.Weights(weights, pair.LeftId, pair.RightId, data.Open(pair.Left).Text))
            : NoPair(pairs, left, right);

    private static IResult NoPair(UnitPairs pairs, string? left, string? right) =>
        pairs.Dictionary(UnitId.Parse(left)) is null || pairs.Dictionary(UnitId.Parse(right)) is null ? CompareEndpoint.NoPair(pairs, left, right)
        : JsonAnswer.NotFound("Nothing to compare", $"{left} and {right} cannot be compared so: their files are not here, or they share neither tokens nor a vocabulary.");
}
