using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Queue;

namespace FeatureExplorer.Web.Operations;

/// <summary>
/// Reads the files behind the pages in the background and compares them with their checksums, so that the home page tells of damage before a visitor meets it.
/// A file is read once, and again when its size or time has changed; one that is damaged is looked at every minute, until it has been restored.
/// </summary>
public sealed class DamageWatch(DataFolder folder, ILogger<DamageWatch> log) : BackgroundService
{
    private const int BytesBetweenPauses = 1 << 20;
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    // At most 200 MB a second.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly Dictionary<string, (long, DateTime)> _whole = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>A thread of its own: it is lowered for good, and it waits most of the time.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Factory.StartNew(
        () =>
        {
            BackgroundPriority.LowerThisThread();
            for (var wait = Start; !stoppingToken.WaitHandle.WaitOne(wait); wait = Interval)
            {
                Look(stoppingToken);
            }
        },
        stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Looks at every file once.</summary>
    public void Look(CancellationToken cancellation)
    {
        try
        {
            foreach (var file in DataFiles.All(folder).Where(static file => !IsTraining(file)))
            {
                cancellation.ThrowIfCancellationRequested();
                Look(file, cancellation);
            }

            foreach (var dictionary in PublishedRecords.Read(folder))
            {
                cancellation.ThrowIfCancellationRequested();
                Look(dictionary);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            // Folders come and go while runs are at work, and the server may be stopping: the next look sees what there is then.
        }
    }

    // No page is made from it.
    private static bool IsTraining(string file) => Path.GetFileName(file) is "training.tokens" or "training.documents";

    private void Look(string file, CancellationToken cancellation)
    {
        var info = new FileInfo(file);
        if (info.Exists && _whole.TryGetValue(file, out var known) && known == (info.Length, info.LastWriteTimeUtc))
        {
            return;
        }

        try
        {
            Verify(file, cancellation);
            _whole[file] = (info.Length, info.LastWriteTimeUtc);
            _told.Remove(file);
        }
        catch (DamagedFileException damage)
        {
            if (_told.Add(file))
            {
                log.LogError("{Damage}", damage.Message);
            }
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or InvalidDataException)
        {
            // Gone meanwhile, or of another version: nothing to compare.
        }
    }

    private void Look(DictionaryInfo dictionary)
    {
        try
        {
            FileOrigins.DemandWhereIndexed(folder, dictionary);
            _told.Remove(dictionary.Id);
        }
        catch (DamagedFileException damage)
        {
            if (_told.Add(dictionary.Id) && !_told.Contains(damage.FilePath))
            {
                log.LogError("{Damage}", damage.Message);
            }
        }
    }

    private static void Verify(string file, CancellationToken cancellation)
    {
        var since = 0;
        var compared = Checksums.Verify(file, read =>
        {
            cancellation.ThrowIfCancellationRequested();
            since += read;
            if (since >= BytesBetweenPauses)
            {
                since = 0;
                Thread.Sleep(Pause);
            }
        });
        if (!compared && Path.GetFileName(file) == "index.bin")
        {
            // Of an earlier version: opening it compares it with the checksums of its own.
            Analysis.Index.ActivationIndex.Open(file).Dispose();
        }
    }
}
