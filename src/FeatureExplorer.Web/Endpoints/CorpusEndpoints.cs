using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Web.Components.Plots;
using FeatureExplorer.Web.Corpora;
using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security;
using Microsoft.AspNetCore.Mvc;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>Forms that add corpora, the list over the API, and the chart of a corpus's domains.</summary>
public static class CorpusEndpoints
{
    private const long RoomForOtherFields = 1 << 20;

    public static void MapCorpora(this IEndpointRouteBuilder routes, FetchOptions limits)
    {
        var most = (long)(limits.MaxMegabytes * 1e6);
        // The framework keeps a long body in a temporary file, never in memory. What is a little too large is read and then refused by name.
        routes.MapPost(Urls.Corpora + "/upload", Upload).RequireAuthorization(Policies.Admin)
            .WithMetadata(new RequestSizeLimitAttribute(most + RoomForOtherFields)).WithFormOptions(multipartBodyLengthLimit: most + RoomForOtherFields);
        routes.MapPost(Urls.Corpora + "/folder", Folder).RequireAuthorization(Policies.Admin);
        routes.MapPost(Urls.Corpora + "/address", Address).RequireAuthorization(Policies.Admin);
        routes.MapGet(ChartUrls.Root + Urls.Corpora + "/{name}", (CorpusStore store, string name) => store.Find(name) is { } corpus ? ChartJson.Answer(DomainChart.Of(corpus)) : Results.NotFound());
        routes.MapGet(Urls.Api + Urls.Corpora, All);
    }

    [EndpointName("corpora"), Tags("Corpora")]
    [EndpointSummary("The corpora of the server")]
    [ProducesResponseType<CorpusListJson>(StatusCodes.Status200OK)]
    private static IResult All(HttpContext http, CorpusStore store) => JsonAnswer.Json(http, CorpusListJson.Of(store.All()));

    private static Task<IResult> Upload(HttpContext http, CorpusLibrary library, [FromForm] string? name, IFormFileCollection files) => Try(http, name, () =>
        library.Upload(http.User, (name ?? string.Empty).Trim(), [.. files.Select(file => new SentFile(file.FileName, file.Length, stream => file.CopyToAsync(stream, http.RequestAborted)))]));

    private static Task<IResult> Folder(HttpContext http, CorpusLibrary library, [FromForm] string? name, [FromForm] string? path) => Try(http, name, () =>
    {
        library.AddFolder(http.User, (name ?? string.Empty).Trim(), path ?? string.Empty);
        return Task.CompletedTask;
    });

    private static Task<IResult> Address(HttpContext http, CorpusLibrary library, [FromForm] string? name, [FromForm] string? address) =>
        Try(http, name, () => library.Fetch(http.User, (name ?? string.Empty).Trim(), (address ?? string.Empty).Trim()));

    // A form is led to a page; the script that sends files reads the answer.
    private static async Task<IResult> Try(HttpContext http, string? name, Func<Task> action)
    {
        var script = http.Request.GetTypedHeaders().Accept.Any(static accept => accept.MediaType == "application/json");
        try
        {
            await action();
            var address = Urls.Corpus((name ?? string.Empty).Trim());
            return script ? Results.Json(new { address }) : Results.LocalRedirect(address);
        }
        catch (ArgumentException exception)
        {
            return script ? Results.Problem(title: "The corpus was not added", detail: exception.Message, statusCode: StatusCodes.Status400BadRequest) : Results.LocalRedirect(Urls.NewCorpusAgain(exception.Message));
        }
    }
}
