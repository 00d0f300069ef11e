using FeatureExplorer.Engine.Exports;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Computing;
using FeatureExplorer.Web.Endpoints.Answers;
using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Exports;
using FeatureExplorer.Web.Exports.Tables;
using Microsoft.Net.Http.Headers;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>
/// A dictionary as a file for another program. It is made on a place of those that compute (<see cref="ComputingPlaces"/>), in a file of its own and no larger than a bound, and sent when the place is
/// free again: it may take a visitor hours to receive it.
/// </summary>
public static class ExportEndpoints
{
    /// <summary>Bytes of a download at most.</summary>
    public const long MostBytes = 2L << 30;

    private const int MostNumbers = 1000;

    // Of a list without a choice, so many features make a page of a size that browsers open at once.
    private const int FeaturesOfAPage = 200;

    public static void MapExports(this IEndpointRouteBuilder routes) => routes.MapGet("/{model}/{name}/export/{format}", Download);

    [ListingParameter("list")]
    [FeaturesParameter("features", MostNumbers)]
    private static async Task<IResult> Download(
        HttpContext http, FeatureStore store, ExportSelection selection, DictionaryExporter exporter, ComputingPlaces places, DataFolder folder, string model, string name, string format, string? list,
        string? features)
    {
        if (store.FindDictionary(model, name) is not { } dictionary)
        {
            return AbsentAnswer.Dictionary(model, name);
        }

        if (ExportFormats.Parse(format) is not { } kind)
        {
            return JsonAnswer.NotFound("No such format", $"There is no format \"{format}\"; there are {string.Join(", ", ExportFormats.Names)}.");
        }

        if (exporter.Refusal(dictionary, kind) is { } refusal)
        {
            return JsonAnswer.NotFound("Not to be had", refusal);
        }

        Stream? file = null;
        try
        {
            var made = await places.Run(http, async () =>
            {
                var chosen = ExportFormats.TakesFeatures(kind) ? selection.Of(dictionary, features, list, ExportFormats.IsFile(kind) ? FeaturesOfAPage : null) : null;
                file = Temporary(folder);
                await Write(exporter, dictionary, kind, chosen, file, http.RequestAborted);
            });
            if (!made)
            {
                return Results.Empty;
            }

            return Send(http, dictionary, kind, Taken(ref file));
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException or ExportTooLargeException)
        {
            return Results.Problem(title: "This cannot be exported", detail: exception.Message, statusCode: exception is ExportTooLargeException ? StatusCodes.Status413PayloadTooLarge : StatusCodes.Status400BadRequest);
        }
        finally
        {
            if (file is not null)
            {
                await file.DisposeAsync();
            }
        }
    }

    // Deleted when it is closed, also when the visitor leaves; what a process that was killed leaves is passing to backups.
    private static FileStream Temporary(DataFolder folder) => new(
        Path.Combine(folder.Root, $"download-{Guid.NewGuid():N}.tmp"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose | FileOptions.Asynchronous);

    private static async Task Write(DictionaryExporter exporter, DictionaryInfo dictionary, ExportFormat format, IReadOnlyList<int>? features, Stream file, CancellationToken cancellation)
    {
        var bounded = new PositionStream(file, MostBytes);
        if (ExportFormats.IsFile(format))
        {
            await exporter.WritePage(dictionary, features!, bounded, cancellation);
        }
        else
        {
            using var zip = new ZipSink(bounded, NameOf(dictionary, format));
            exporter.Write(dictionary, format, features, zip, cancellation);
        }

        file.Position = 0;
    }

    private static Stream Taken(ref Stream? file)
    {
        var taken = file!;
        file = null;
        return taken;
    }

    private static IResult Send(HttpContext http, DictionaryInfo dictionary, ExportFormat format, Stream file)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers[HeaderNames.ContentLength] = FormattableString.Invariant($"{file.Length}");
        var (type, extension) = ExportFormats.IsFile(format) ? ("text/html; charset=utf-8", "html") : ("application/zip", "zip");
        return Results.Stream(file, type, $"{NameOf(dictionary, format)}.{extension}");
    }

    private static string NameOf(DictionaryInfo dictionary, ExportFormat format) => $"{dictionary.Model}-{dictionary.Name}-{ExportFormats.NameOf(format)}";
}
