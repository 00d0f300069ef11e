using FeatureExplorer.Training.Synthetic;
using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Endpoints.Json.Runs;
using Microsoft.AspNetCore.Mvc;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>The reports of tests against a planted truth as JSON.</summary>
public static class SyntheticEndpoints
{
    public static void MapSynthetic(this IEndpointRouteBuilder routes)
    {
        var reports = routes.MapGroup(Urls.Api + Urls.SyntheticTests);
        reports.MapGet("", List);
        reports.MapGet("/{name}", Report);
    }

    [EndpointName("syntheticTests"), Tags("Runs")]
    [EndpointSummary("Names of the tests of recipes against a planted truth")]
    [ProducesResponseType<SyntheticListJson>(StatusCodes.Status200OK)]
    private static IResult List(HttpContext context, SyntheticReports reports) => JsonAnswer.Json(context, new SyntheticListJson(reports.Names));

    [EndpointName("syntheticTest"), Tags("Runs")]
    [EndpointSummary("What each recipe finds of a planted truth")]
    [ProducesResponseType<SyntheticReport>(StatusCodes.Status200OK)]
    private static IResult Report(HttpContext context, SyntheticReports reports, string name) => reports.Find(name) is { } report
        ? JsonAnswer.Json(context, report)
        : JsonAnswer.NotFound("No such report", $"There is no report of a planted truth named {name}; {Urls.Api}{Urls.SyntheticTests} lists all.");
}
