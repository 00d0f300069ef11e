using FeatureExplorer.Storage.Database;
using FeatureExplorer.Web.Operations;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>For whatever watches the process: is it there, can it answer.</summary>
public static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz/live", Live).AllowAnonymous();
        routes.MapGet("/healthz/ready", Ready).AllowAnonymous();
    }

    private static IResult Live(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Results.Text("live");
    }

    private static IResult Ready(HttpContext context, FeatureDatabase database, DiskSpace disk)
    {
        context.Response.Headers.CacheControl = "no-store";
        var problem = !database.Ready() ? "the database does not answer" : disk.Low ? "the disk is nearly full" : null;
        return problem is null ? Results.Text("ready") : Results.Text(problem, statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}
