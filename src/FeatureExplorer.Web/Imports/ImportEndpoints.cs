using System.Text;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security;
using Microsoft.AspNetCore.Mvc;

namespace FeatureExplorer.Web.Imports;

/// <summary>Takes the files of models and dictionaries that an administrator's browser sends.</summary>
public static class ImportEndpoints
{
    /// <summary>Where the form's script sends them.</summary>
    public const string Upload = "/imports/upload";

    private const long RoomForNames = 1 << 20;
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
            var parts = new SentParts(http.Request);
            var name = string.Empty;
            var made = await received.Receive(http.User, "import.upload", () => name, async folder =>
            {
                folder.DemandRoom(http.Request.ContentLength ?? 0);
                while (await parts.Next(http.RequestAborted) is { } part)
                {
                    name = await Take(part, folder, http.RequestAborted) ?? name;
                }
            });
            return Results.Json(new { stored = made.Name, note = made.Note });
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidDataException or (IOException and not BadHttpRequestException) && !Failures.IsFullDisk(exception))
        {
            return Results.Problem(title: "The files were not stored", detail: exception.Message, statusCode: StatusCodes.Status400BadRequest);
        }
    }

    /// <summary>Stores a part that is a file.</summary>
    /// <returns>The name that the folder is to have, where the part is that field; otherwise null.</returns>
    private static async Task<string?> Take(SentPart part, ReceivingFolder folder, CancellationToken cancellation)
    {
        if (part.File is { } file)
        {
            if (folder.Count == ReceivedFiles.MostFiles)
            {
                throw new ArgumentException($"There are more than {ReceivedFiles.MostFiles} files: choose those of one model or one dictionary.");
            }

            await folder.Add(file, part.Read, cancellation);
            return null;
        }

        return part.Field == "name" ? await Text(part, cancellation) : null;
    }

    private static async Task<string> Text(SentPart part, CancellationToken cancellation)
    {
        var (text, length, read) = (new byte[LongestName + 1], 0, 0);
        while (length < text.Length && (read = await part.Read(text.AsMemory(length), cancellation)) > 0)
        {
            length += read;
        }

        return length <= LongestName ? Encoding.UTF8.GetString(text, 0, length)
            : throw new ArgumentException($"The name of the folder is longer than {LongestName} bytes: give a shorter one.");
    }
}
