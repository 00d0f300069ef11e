using System.Globalization;
using FeatureExplorer.Engine.Text.Files;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Engine.Text;

/// <summary>
/// Reads a corpus from files and folders: text and source code, one document each; .jsonl and .jsonl.gz, one document a line, with "text"
/// and, if present, "domain". Without that field a document's domain is the name of the first sub-folder it lies in; JSON lines that lie directly
/// in the folder are named by their file. Documents stream, in the order of the file names. What is not read (hidden files, files of other kinds,
/// pipes, what may not be read or is damaged) is reported.
/// </summary>
public sealed class CorpusReader : ICorpusSource
{
    /// <summary>Longer documents are cut into several.</summary>
    public const int LongestDocument = 16 << 20;

    private readonly CorpusSearch _search;

    /// <param name="paths">Files and folders.</param>
    /// <param name="cancellation">Stops the search for files.</param>
    /// <exception cref="FileNotFoundException">A path does not exist.</exception>
    /// <exception cref="InvalidDataException">A folder holds nothing that can be read.</exception>
    public CorpusReader(IReadOnlyCollection<string> paths, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.Count == 0)
        {
            throw new ArgumentException("A corpus needs at least one file or folder.", nameof(paths));
        }

        _search = new CorpusSearch(paths, cancellation);
        Name = string.Join(", ", paths);
    }

    public string Name { get; }

    /// <summary>All files that were found, read or not.</summary>
    public IReadOnlyList<StoredFile> Files => _search.Stored;

    /// <summary>The domains of all documents, where the names of folders decide them; null where a file of JSON lines may name others.</summary>
    public IReadOnlySet<string>? FolderDomains => _search.Files.Exists(static file => file.IsJsonLines)
        ? null
        : _search.Files.Select(static file => file.Domain).OfType<string>().ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// Bounds what comes out of a compressed file, given its name, its bytes as stored and those unpacked; what its stream throws ends the reading. Null for no
    /// bound.
    /// </summary>
    public Func<string, Stream, Stream, Stream>? Bound { get; init; }

    /// <summary>Streams the documents. What cannot be read is reported and passed over.</summary>
    public IEnumerable<Document> Read(CorpusReading reading)
    {
        ArgumentNullException.ThrowIfNull(reading);
        reading.BytesTotal = _search.Files.Sum(file => file.Length);
        _search.Problems.ForEach(reading.Report);
        foreach (var problem in DomainNames.OfFolders(_search.Files))
        {
            reading.Report(problem);
        }

        var before = 0L;
        foreach (var file in _search.Files)
        {
            foreach (var document in Read(file, reading, before))
            {
                yield return document;
            }

            before += file.Length;
            reading.BytesRead = before;
        }
    }

    private IEnumerable<Document> Read(CorpusFile file, CorpusReading reading, long before)
    {
        if (Open(file, reading) is not { } stream)
        {
            yield break;
        }

        using (stream)
        {
            if (NotText(file, stream) is { } problem)
            {
                reading.Report(new CorpusProblem(file.Path, 0, problem, true));
                yield break;
            }

            var count = 0L;
            foreach (var document in file.IsJsonLines ? JsonLinesFile.Read(file, stream, reading) : PlainTextFile.Read(file, stream, reading))
            {
                reading.BytesRead = before + stream.StoredRead;
                count++;
                yield return document;
            }

            Report(file, stream, count, reading);
        }
    }

    private CorpusStream? Open(CorpusFile file, CorpusReading reading)
    {
        try
        {
            return CorpusStream.Open(file.Open(), Bound is null ? null : (stored, unpacked) => Bound(file.Name, stored, unpacked), reading.Cancellation);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            reading.Report(new CorpusProblem(file.Path, 0, $"cannot be opened ({exception.Message})", true));
            return null;
        }
    }

    private static string? NotText(CorpusFile file, CorpusStream stream) =>
        FileSignature.NameOf(stream.Head) is { } kind ? $"is {kind}, which is not read{(stream.Gzip is null ? "" : " within gzip")}: unpack it, or save it as text"
        : WideText.NameOf(stream.Head) is { } encoding ? $"is {encoding}, not UTF-8: save it as UTF-8"
        : stream.Gzip is null && file.IsNamedGzip && !IsUtf8(stream.Head) ? "is not compressed with gzip, as its name says, and is no text"
        : null;

    private static bool IsUtf8(ReadOnlySpan<byte> head) => System.Text.Unicode.Utf8.IsValid(TextParts.WithoutCutCharacter(head));

    /// <summary>What its name or its compression has to be told of it.</summary>
    private static void Report(CorpusFile file, CorpusStream stream, long documents, CorpusReading reading)
    {
        if (file.IsNamedGzip != stream.Gzip is not null && !stream.Head.IsEmpty)
        {
            reading.Report(new CorpusProblem(
                file.Path, 0, stream.Gzip is null ? "is not compressed with gzip, as its name says; it is read as it is" : "is compressed with gzip, which its name does not say; it is unpacked", false));
        }

        foreach (var problem in stream.Gzip?.Problems ?? [])
        {
            var kept = string.Create(CultureInfo.InvariantCulture, $"{documents:N0} {(documents == 1 ? "document" : "documents")}, {stream.Gzip!.Unpacked:N0} bytes unpacked");
            reading.Report(new CorpusProblem(file.Path, 0, $"{problem.Message}; {(problem.LosesText ? "what comes before is kept" : "all that it holds is kept")} ({kept})", problem.LosesText) { Partly = true });
        }
    }
}
