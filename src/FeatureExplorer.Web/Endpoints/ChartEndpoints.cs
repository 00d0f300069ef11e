using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Components.Plots;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>The data of charts: what plotly.js reads to draw them.</summary>
public static class ChartEndpoints
{
    public static void MapCharts(this IEndpointRouteBuilder routes)
    {
        var charts = routes.MapGroup(Urls.Charts);
        charts.MapRunCharts();
        charts.MapGet("/pareto", Pareto);
    }

    [TextParameter("model", 64)]
    [TextParameter("site", 32)]
    private static IResult Pareto(FeatureStore store, DictionarySites sites, string? model, string? site)
    {
        var all = store.Dictionaries();
        return ChartJson.Answer(ParetoChart.Of(all, new ParetoChoice(model, site, sites.Of(all))));
    }
}
