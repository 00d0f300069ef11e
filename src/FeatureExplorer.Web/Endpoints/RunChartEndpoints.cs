using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Components.Plots;
using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Runs;
using Microsoft.AspNetCore.Mvc;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>The charts of runs, one for each <see cref="RunFigure"/>, of one run or of several.</summary>
public static class RunChartEndpoints
{
    /// <summary>Adds the addresses to those of charts.</summary>
    public static void MapRunCharts(this IEndpointRouteBuilder charts)
    {
        charts.MapGet("/runs/{id:long}/{figure}", OfRun);
        charts.MapGet("/runs/compare/{figure}", OfSeveral);
    }

    [EnumParameter<RunAxis>("x")]
    [ShareParameter("smooth", RunChartView.MostSmooth)]
    [WordListParameter("log", "x", "y")]
    [TextParameter("hide", RunChartView.LongestHidden)]
    private static IResult OfRun(RunFeed feed, long id, string figure, string? x, string? smooth, string? log, string? hide) =>
        RunFigure.Find(figure) is not { } chosen ? Unknown(figure)
        : feed.Latest(id) is { } frame ? Results.Bytes(frame.Chart(chosen, RunChartView.Of(x, smooth, log, hide)), "application/json")
        : JsonAnswer.NotFound("No such run", $"There is no run {id}.");

    [WholeNumbersParameter("ids", RunComparison.Most)]
    [EnumParameter<RunAxis>("x")]
    [ShareParameter("smooth", RunChartView.MostSmooth)]
    [WordListParameter("log", "x", "y")]
    [TextParameter("hide", RunChartView.LongestHidden)]
    private static IResult OfSeveral(RunFeed feed, string figure, [FromQuery] string[] ids, string? x, string? smooth, string? log, string? hide) =>
        RunFigure.Find(figure) is not { } chosen ? Unknown(figure)
        : ChartJson.Answer(RunComparison.Of(feed, ids).Chart(chosen, RunChartView.Of(x, smooth, log, hide)));

    private static IResult Unknown(string figure) => JsonAnswer.NotFound(
        "No such figure", $"There is no figure \"{(figure.Length > 60 ? figure[..60] + "…" : figure)}\" of a run; there are {string.Join(", ", RunFigure.All.Select(static f => f.Key))}.");
}
