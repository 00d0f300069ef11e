using System.Globalization;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security.Fetching;

namespace FeatureExplorer.Web.Imports;

/// <summary>A folder that is being filled with files; it gets its name when all are there, and otherwise goes away.</summary>
public sealed class ReceivingFolder : IDisposable
{
    /// <summary>Name of the setting that limits all files together.</summary>
    public const string Setting = "Fetch:MaxImportMegabytes";

    private const int BufferSize = 1 << 18;

    private readonly BuildFolder? _building;
    private readonly FetchPlace? _place;
    private readonly string _files;
    private readonly long _most;
    private readonly DiskSpace _disk;
    private readonly HashSet<string> _paths = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _folders = new(StringComparer.OrdinalIgnoreCase);

    internal ReceivingFolder(string parent, FetchOptions limits, DiskSpace disk)
    {
        (_most, _disk) = ((long)(limits.MaxImportMegabytes * 1e6), disk);
        _building = BuildFolder.Create(parent);
        _files = Path.Combine(_building.Path, "files");
        Directory.CreateDirectory(_files);
    }

    /// <summary>For files of addresses: with what an earlier fetch of the same ones has left, and leaving what a later one can go on with.</summary>
    /// <exception cref="IOException">They are being fetched at this moment.</exception>
    internal ReceivingFolder(string parent, FetchOptions limits, DiskSpace disk, IReadOnlyList<ImportAddress> addresses)
    {
        (_most, _disk) = ((long)(limits.MaxImportMegabytes * 1e6), disk);
        _place = FetchPlace.Open(parent, addresses);
        _files = _place.Files;
    }

    /// <summary>Where the files lie until the folder gets its name.</summary>
    internal string Files => _files;

    /// <summary>Bytes that stay when the folder goes away without a name, for a later fetch of the same addresses.</summary>
    internal long Kept => _place?.Kept ?? 0;

    /// <summary>Files that are there.</summary>
    public int Count => _paths.Count;

    /// <summary>Their size, with what has come of the one that is being written.</summary>
    public long Bytes { get; private set; }

    /// <summary>Name of the one folder that all files lie in; null where they lie side by side.</summary>
    public string? Own => Directory.GetFileSystemEntries(_files) is [var only] && Directory.Exists(only) ? Path.GetFileName(only) : null;

    /// <summary>How large the next file may be.</summary>
    public FetchLimit Left => new(_most - Bytes, Setting);

    /// <summary>Refuses what would not find room.</summary>
    /// <param name="bytes">Size of what is to come.</param>
    /// <exception cref="IOException">The disk has not so much room.</exception>
    public void DemandRoom(long bytes)
    {
        var room = _disk.Free - _disk.Minimum;
        if (bytes > room)
        {
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"The files need {bytes / 1e6:N0} MB, and the disk of the data folder has room for {Math.Max(0, room) / 1e6:N0} MB: free some, and try again."));
        }
    }

    /// <summary>Writes a file.</summary>
    /// <param name="path">Where it lies in the folder, with "/".</param>
    /// <param name="write">Writes its content, and gives its size.</param>
    /// <exception cref="ArgumentException">The path does not do, or another file has it.</exception>
    internal async Task Add(string path, Func<Stream, Task<long>> write)
    {
        var target = Path.Combine(_files, Free(ReceivedPath.Check(path)));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        await using var stream = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
        Bytes += await write(stream);
    }

    /// <summary>Fetches a file, or what is missing of it.</summary>
    /// <param name="file">Its address, and where it lies in the folder.</param>
    /// <param name="write">Fetches its content, and gives its size.</param>
    /// <exception cref="ArgumentException">The path does not do, or another file has it.</exception>
    internal async Task Fetch(ImportAddress file, Func<PartialFile, Task<long>> write)
    {
        Free(ReceivedPath.Check(file.Path));
        Bytes += await _place!.Fill(file, write);
    }

    /// <summary>Writes a file as it comes: never more than a piece of it is in memory.</summary>
    /// <param name="path">Where it lies in the folder, with "/".</param>
    /// <param name="content">Reads on in its content, as a stream does.</param>
    /// <param name="cancellation">Breaks off.</param>
    /// <exception cref="ArgumentException">The path does not do, another file has it, or all files together are too large.</exception>
    public Task Add(string path, Func<Memory<byte>, CancellationToken, Task<int>> content, CancellationToken cancellation) => Add(path, async target =>
    {
        var (buffer, bytes, read) = (new byte[BufferSize], 0L, 0);
        while ((read = await content(buffer, cancellation)) > 0)
        {
            bytes += read;
            if (bytes > Left.Bytes)
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"The files are larger than {_most / 1e6:0.###} MB together; the setting {Setting} allows more."));
            }

            await target.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }

        return bytes;
    });

    /// <summary>Gives the folder its name; where all files lie in one folder below it, that gets it.</summary>
    /// <param name="target">Must not exist.</param>
    internal void MoveTo(string target)
    {
        Directory.Move(Path.Combine(_files, Own ?? string.Empty), target);
        Discard();
    }

    /// <summary>Keeps nothing for a later fetch.</summary>
    internal void Discard() => _place?.Discard();

    public void Dispose()
    {
        _building?.Dispose();
        _place?.Dispose();
    }

    // Names that differ in capital letters alone are one file on some systems.
    private string Free(string path)
    {
        var above = Enumerable.Range(0, path.Length).Where(i => path[i] == '/').Select(i => path[..i]).ToList();
        if (_folders.Contains(path) || above.Any(_paths.Contains) || !_paths.Add(path))
        {
            throw new ArgumentException($"Two of the files are to lie at {path}: leave one out, or put them into folders of their own.");
        }

        _folders.UnionWith(above);
        return path;
    }
}
