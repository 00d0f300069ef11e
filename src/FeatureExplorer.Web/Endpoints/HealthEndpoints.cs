using FeatureExplorer.Storage;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>For whatever watches the process: is it there, can it answer.</summary>
public static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz/live", Live);
        routes.MapGet("/healthz/ready", Ready);
    }

    private static IResult Live(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Results.Text("live");
    }

    private static IResult Ready(HttpContext context, FeatureDatabase database)
    {
        context.Response.Headers.CacheControl = "no-store";
        return database.Ready() ? Results.Text("ready") : Results.Text("the database does not answer", statusCode: 503);
    }
}
