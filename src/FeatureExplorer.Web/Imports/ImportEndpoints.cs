using System.Text;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace FeatureExplorer.Web.Imports;

/// <summary>Takes the files of models and dictionaries that an administrator's browser sends.</summary>
public static class ImportEndpoints
{
    /// <summary>Where the form's script sends them.</summary>
    public const string Upload = "/imports/upload";

    private const long RoomForNames = 1 << 20;
    private const int LongestBoundary = 100;
    private const int LongestName = 1000;

    public static void MapImports(this IEndpointRouteBuilder routes, FetchOptions limits)
    {
        // Files go from the connection to the disk as they come. The framework's own reading of forms would first keep several gigabytes in the system's folder for temporary files.
        routes.MapPost(Upload, Receive).RequireAuthorization(Policies.Admin)
            .WithMetadata(new RequestSizeLimitAttribute((long)(limits.MaxImportMegabytes * 1e6) + RoomForNames));
    }

    private static async Task<IResult> Receive(HttpContext http, ReceivedFiles received)
    {
        try
        {
            var boundary = Boundary(http.Request);
            var name = string.Empty;
            var made = await received.Receive(http.User, "import.upload", () => name, async folder =>
            {
                folder.DemandRoom(http.Request.ContentLength ?? 0);
                var reader = new MultipartReader(boundary, http.Request.Body);
                while (await reader.ReadNextSectionAsync(http.RequestAborted) is { } section)
                {
                    name = await Take(section, folder, http.RequestAborted) ?? name;
                }
            });
            return Results.Json(new { stored = made.Name });
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidDataException or (IOException and not BadHttpRequestException) && !Failures.IsFullDisk(exception))
        {
            return Results.Problem(title: "The files were not stored", detail: exception.Message, statusCode: StatusCodes.Status400BadRequest);
        }
    }

    private static string Boundary(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        && HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 and <= LongestBoundary } boundary
            ? boundary.ToString()
            : throw new ArgumentException("Files are sent as multipart/form-data.");

    /// <summary>Stores a part that is a file.</summary>
    /// <returns>The name that the folder is to have, where the part is that field; otherwise null.</returns>
    private static async Task<string?> Take(MultipartSection section, ReceivingFolder folder, CancellationToken cancellation)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var what))
        {
            throw new ArgumentException("A part of the form has no name.");
        }

        if (what.IsFileDisposition())
        {
            if (folder.Count == ReceivedFiles.MostFiles)
            {
                throw new ArgumentException($"There are more than {ReceivedFiles.MostFiles} files: choose those of one model or one dictionary.");
            }

            await folder.Add(HeaderUtilities.RemoveQuotes(what.FileNameStar.HasValue ? what.FileNameStar : what.FileName).ToString(), section.Body, cancellation);
            return null;
        }

        if (what.Name != "name")
        {
            return null;
        }

        var text = new byte[LongestName];
        var length = await section.Body.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, cancellation);
        return Encoding.UTF8.GetString(text, 0, length);
    }
}
