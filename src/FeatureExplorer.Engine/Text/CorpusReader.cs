using System.IO.Compression;

namespace FeatureExplorer.Engine.Text;

/// <summary>
/// Reads a corpus from files and folders: text and source code, one document each; .jsonl and .jsonl.gz, one document a line, with "text"
/// and, if present, "domain". Without that field a document's domain is the name of the first sub-folder it lies in; JSON lines that lie directly
/// in the folder are named by their file. Hidden files and folders are passed over. Documents stream, in the order of the file names.
/// </summary>
public sealed class CorpusReader : ICorpusSource
{
    /// <summary>Longer documents are cut into several.</summary>
    public const int LongestDocument = 16 << 20;

    private readonly List<CorpusFile> _files;
    private readonly List<CorpusProblem> _unreadable = [];

    /// <exception cref="FileNotFoundException">A path does not exist.</exception>
    /// <exception cref="InvalidDataException">A folder holds nothing that can be read.</exception>
    public CorpusReader(IReadOnlyCollection<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.Count == 0)
        {
            throw new ArgumentException("A corpus needs at least one file or folder.", nameof(paths));
        }

        _files = CorpusFile.Find(paths, _unreadable);
        Name = string.Join(", ", paths);
    }

    public string Name { get; }

    /// <summary>Streams the documents. What cannot be read is reported and passed over.</summary>
    public IEnumerable<Document> Read(CorpusReading reading)
    {
        ArgumentNullException.ThrowIfNull(reading);
        reading.BytesTotal = _files.Sum(file => file.Length);
        _unreadable.ForEach(reading.Report);
        var before = 0L;
        foreach (var file in _files)
        {
            foreach (var document in Read(file, reading, before))
            {
                yield return document;
            }

            before += file.Length;
            reading.BytesRead = before;
        }
    }

    private static IEnumerable<Document> Read(CorpusFile file, CorpusReading reading, long before)
    {
        Stream stored;
        try
        {
            stored = file.Open();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            reading.Report(new CorpusProblem(file.Path, 0, $"cannot be opened ({exception.Message})", true));
            yield break;
        }

        using (stored)
        {
            using var unpacked = file.IsCompressed ? new GZipStream(stored, CompressionMode.Decompress) : stored;
            var documents = file.IsJsonLines ? JsonLinesFile.Read(file, unpacked, reading) : PlainTextFile.Read(file, unpacked, reading);
            foreach (var document in documents)
            {
                reading.BytesRead = before + stored.Position;
                yield return document;
            }
        }
    }
}
