using System.Globalization;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Imports;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security.Fetching;

namespace FeatureExplorer.Web.Commands.Imports;

/// <summary>
/// A path of the command line, or the files of addresses in its place, which are fetched into the data folder under the settings that hold for the server's form. They go once they are imported; otherwise they
/// are kept for a week where the server tells whether it still has the same, so that the same command goes on with them.
/// </summary>
internal sealed class FetchedPath : IDisposable
{
    private readonly ReceivingFolder? _folder;
    private readonly string _dataFolder;
    private readonly bool _isNew;
    private bool _used;

    private FetchedPath(string path, string? called, ReceivingFolder? folder, string dataFolder, bool isNew) =>
        (Local, Called, _folder, _dataFolder, _isNew) = (path, called, folder, dataFolder, isNew);

    /// <summary>The folder or file on this machine.</summary>
    public string Local { get; }

    /// <summary>What people read of where it came from; null of a path.</summary>
    public string? Called { get; }

    /// <summary>Fetches the files where addresses are named; leaves a path as it is.</summary>
    /// <param name="words">A path; or an address, or that of a folder, which ends with "/", and the names of files in it, as words or in one.</param>
    /// <param name="what">What the words are for: "PATH", "--dictionary".</param>
    /// <param name="dataFolder">As given.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ArgumentException">The words are neither.</exception>
    /// <exception cref="IOException">A file cannot be fetched; the message says why.</exception>
    public static FetchedPath Of(IReadOnlyList<string> words, string what, string dataFolder, CancellationToken cancellation)
    {
        if (!words[0].Contains("://", StringComparison.Ordinal))
        {
            return words.Count == 1
                ? new FetchedPath(words[0], null, null, dataFolder, isNew: false)
                : throw new ArgumentException($"{what} is {string.Join(' ', words)}: name one path; names of files may follow only the address of their folder, which ends with \"/\".");
        }

        var files = ImportAddress.Parse(string.Join('\n', words is [var one] ? one.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : words));
        var isNew = !Path.Exists(dataFolder);
        var settings = SharedOptions.Settings(dataFolder);
        var data = new DataFolder(dataFolder);
        var folder = new ReceivingFolder(data.Imports, settings.Fetch, new DiskSpace(data, settings.Disk), files);
        var name = ImportAddress.NameOf(files);
        var fetched = new FetchedPath(files.Count == 1 ? Path.Combine(folder.Files, files[0].Path) : folder.Files, $"{files[0].Address.Host}/{name}", folder, dataFolder, isNew);
        try
        {
            Fetch(settings.Fetch, folder, files, name, cancellation).GetAwaiter().GetResult();
            return fetched;
        }
        catch (Exception failure)
        {
            fetched.Dispose();
            if (failure is IOException { InnerException: HttpRequestException })
            {
                // Its own sentence names the address; those of the network are for others.
                throw new IOException(failure.Message);
            }

            throw;
        }
    }

    /// <summary>To be called once the files are imported: they go.</summary>
    public void Used() => _used = true;

    public void Dispose()
    {
        if (_folder is null)
        {
            return;
        }

        var kept = _used ? 0 : _folder.Kept;
        if (_used)
        {
            _folder.Discard();
        }

        _folder.Dispose();
        if (kept > 0)
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Show.Bytes(kept)} that were fetched are kept for {FetchPlace.DaysKept} days: the same command goes on with them."));
        }

        RemoveEmpty();
    }

    private static async Task Fetch(FetchOptions limits, ReceivingFolder folder, IReadOnlyList<ImportAddress> files, string name, CancellationToken cancellation)
    {
        var progress = new StageProgress(1, ConsoleProgress.ForStandardError());
        progress.Begin($"Fetching {name}");
        using var http = new SafeHttpClient(limits);
        await new ImportFetcher(http).Fetch(
            folder,
            files,
            (done, bytes, share) => progress.Report(Math.Min((done + (share ?? 0)) / files.Count, 0.999), $"file {Math.Min(done + 1, files.Count)} of {files.Count}, {Show.Bytes(bytes)}"),
            cancellation);
        progress.End(Show.Bytes(folder.Bytes));
    }

    // A mistyped address leaves nothing behind.
    private void RemoveEmpty()
    {
        var imports = Path.Combine(_dataFolder, "imports");
        foreach (var folder in _isNew ? new[] { imports, _dataFolder } : [imports])
        {
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Directory.Delete(folder);
            }
        }
    }
}
