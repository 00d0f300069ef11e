using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Components.Plots;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>The data of charts: what plotly.js reads to draw them.</summary>
public static class ChartEndpoints
{
    public static void MapCharts(this IEndpointRouteBuilder routes)
    {
        var charts = routes.MapGroup(Urls.Charts);
        charts.MapRunCharts();
        charts.MapGet("/pareto", (FeatureStore store) => ChartJson.Answer(ParetoChart.Of(store.Dictionaries())));
    }
}
