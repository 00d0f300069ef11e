using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace FeatureExplorer.Web.Imports;

/// <summary>The parts of a form with files as they come over the connection. What is wrong with the form is told in words for the one who sends it.</summary>
internal sealed class SentParts
{
    private const int LongestBoundary = 100;
    private const string Again = "Nothing was kept: send the files once more.";

    private static readonly string[] Encoded = ["%22", "%0A", "%0D"];

    private readonly MultipartReader _reader;
    private string? _file;
    private bool _begun;

    /// <exception cref="ArgumentException">The request is no form with files.</exception>
    public SentParts(HttpRequest request) => _reader = new MultipartReader(Boundary(request), request.Body);

    /// <summary>The next part; null after the last.</summary>
    /// <exception cref="InvalidDataException">The form ends early, or is not well-formed.</exception>
    public async Task<SentPart?> Next(CancellationToken cancellation)
    {
        var section = await Read(() => _reader.ReadNextSectionAsync(cancellation));
        if (section is null)
        {
            return null;
        }

        _begun = true;
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var what))
        {
            throw new InvalidDataException($"A part of the form has no header Content-Disposition that names it. {Again}");
        }

        _file = what.IsFileDisposition() ? FileName(what) : null;
        return new SentPart(what.Name.ToString(), _file, (buffer, stop) => Read(() => section.Body.ReadAsync(buffer, stop).AsTask()));
    }

    private static string Boundary(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        && HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 and <= LongestBoundary } boundary
            ? boundary.ToString()
            : throw new ArgumentException($"Files are sent as multipart/form-data with a boundary of at most {LongestBoundary} characters.");

    // Browsers send a quotation mark and the ends of lines in this form: the file would get another name than it has.
    private static string FileName(ContentDispositionHeaderValue what)
    {
        var name = HeaderUtilities.RemoveQuotes(what.FileNameStar.HasValue ? what.FileNameStar : what.FileName).ToString();
        return Array.Find(Encoded, sign => name.Contains(sign, StringComparison.OrdinalIgnoreCase)) is { } encoded
            ? throw new ArgumentException($"\"{ReceivedPath.Shown(name)}\" is no name that a file can be stored under: {encoded} stands for a quotation mark or the end of a line. Rename it, or leave it out.")
            : name;
    }

    private async Task<T> Read<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (BadHttpRequestException large) when (large.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw;
        }
        catch (IOException early)
        {
            throw new InvalidDataException(_file is not null ? $"The form ends within the file {ReceivedPath.Shown(_file)}. {Again}"
                : _begun ? $"The form ends before its last part is whole. {Again}"
                : $"The form has no part: none begins with the boundary that the header Content-Type names. {Again}", early);
        }
        catch (InvalidDataException malformed)
        {
            throw new InvalidDataException($"{(_begun ? "A part of the form" : "The first part of the form")} begins with headers that cannot be read: they are too long, too many, or have no colon. {Again}", malformed);
        }
    }
}
