using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Web.Corpora;
using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security;
using Microsoft.AspNetCore.Mvc;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>Forms that add and delete corpora, and the list over the API.</summary>
public static class CorpusEndpoints
{
    private const long RoomForOtherFields = 1 << 20;

    public static void MapCorpora(this IEndpointRouteBuilder routes, FetchOptions limits)
    {
        var most = (long)(limits.MaxMegabytes * 1e6);
        // The framework keeps a long body in a temporary file, never in memory. A file that is a little too large is read and then refused by name.
        routes.MapPost(Urls.Corpora + "/upload", Upload).RequireAuthorization(Policies.Admin)
            .WithMetadata(new RequestSizeLimitAttribute(most + RoomForOtherFields)).WithFormOptions(multipartBodyLengthLimit: most + RoomForOtherFields);
        routes.MapPost(Urls.Corpora + "/folder", Folder).RequireAuthorization(Policies.Admin);
        routes.MapPost(Urls.Corpora + "/address", Address).RequireAuthorization(Policies.Admin);
        routes.MapPost(Urls.Corpora + "/{name}/delete", Delete).RequireAuthorization(Policies.Admin);
        routes.MapGet(Urls.Api + Urls.Corpora, All);
    }

    [EndpointName("corpora"), Tags("Corpora")]
    [EndpointSummary("The corpora of the server")]
    [ProducesResponseType<CorpusListJson>(StatusCodes.Status200OK)]
    private static IResult All(HttpContext http, CorpusStore store) => JsonAnswer.Json(http, CorpusListJson.Of(store.All()));

    private static Task<IResult> Upload(HttpContext http, CorpusLibrary library, FetchOptions limits, [FromForm] string? name, IFormFile? file) => Try(name, () =>
        file is null || file.Length == 0 ? throw new ArgumentException("Choose a file with text in it.")
            : file.Length > limits.MaxMegabytes * 1e6
            ? throw new ArgumentException($"{file.FileName} is larger than {Show.Bytes(limits.MaxMegabytes * 1e6)}; the setting Fetch:MaxMegabytes allows more.")
            : library.Upload(http.User, name ?? string.Empty, file.FileName, stream => file.CopyToAsync(stream, http.RequestAborted)));

    private static Task<IResult> Folder(HttpContext http, CorpusLibrary library, [FromForm] string? name, [FromForm] string? path) => Try(name, () =>
    {
        library.AddFolder(http.User, name ?? string.Empty, path ?? string.Empty);
        return Task.CompletedTask;
    });

    private static Task<IResult> Address(HttpContext http, CorpusLibrary library, [FromForm] string? name, [FromForm] string? address) =>
        Try(name, () => library.Fetch(http.User, name ?? string.Empty, (address ?? string.Empty).Trim()));

    private static async Task<IResult> Delete(HttpContext http, CorpusLibrary library, string name, [FromForm(Name = "action")] string? button)
    {
        var answer = await Try(name, () =>
        {
            library.Delete(http.User, name);
            return Task.CompletedTask;
        });
        return button == "delete" ? Results.LocalRedirect(Urls.Corpora) : answer;
    }

    private static async Task<IResult> Try(string? name, Func<Task> action)
    {
        try
        {
            await action();
            return Results.LocalRedirect(Urls.Corpus(name ?? string.Empty));
        }
        catch (ArgumentException exception)
        {
            return Results.LocalRedirect(Urls.NewCorpusAgain(exception.Message));
        }
    }
}
