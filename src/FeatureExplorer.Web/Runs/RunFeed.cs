using System.Collections.Concurrent;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Web.Runs;

/// <summary>
/// Runs for pages with a connection: one look at a run a second for all who watch it, and the same <see cref="RunFrame"/> for all of them, so that a hundred
/// watchers cost little more than one. Safe for concurrent use.
/// </summary>
public sealed partial class RunFeed(RunMonitor monitor, RunStore runs, DataFolder folder, TimeProvider time, ILogger<RunFeed> logger) : IDisposable
{
    /// <summary>Runs whose last frame is kept although nobody watches them.</summary>
    private const int MostKept = 16;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<long, Watched> _watched = new();
    private long _numbers;

    /// <summary>The run as it is, or null when there is none of that number.</summary>
    public RunFrame? Latest(long run)
    {
        if (_watched.Count > MostKept)
        {
            foreach (var (id, kept) in _watched)
            {
                if (kept.Watchers.IsEmpty)
                {
                    _watched.TryRemove(id, out _);
                }
            }
        }

        return Look(run, _watched.GetOrAdd(run, static _ => new Watched()));
    }

    /// <summary>Calls back with every new frame until the result is disposed; with null when the run has been deleted.</summary>
    /// <param name="run">Its number.</param>
    /// <param name="told">Must return soon and throw nothing: all watchers are called one after another.</param>
    public IDisposable Watch(long run, Action<RunFrame?> told)
    {
        var watched = _watched.GetOrAdd(run, static _ => new Watched());
        var watcher = new Watcher(watched, told);
        watched.Watchers[watcher] = 0;
        // Where it was taken away at this very moment, it comes back.
        _watched[run] = watched;
        if (Interlocked.CompareExchange(ref watched.Going, 1, 0) == 0)
        {
            _ = Follow(run, watched);
        }

        return watcher;
    }

    /// <summary>Looks at a run at once and tells its watchers: for whoever has just changed it.</summary>
    public void Refresh(long run)
    {
        if (_watched.TryGetValue(run, out var watched))
        {
            Tell(watched, Look(run, watched, always: true));
        }
    }

    private async Task Follow(long run, Watched watched)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await Next(timer))
        {
            if (watched.Watchers.IsEmpty)
            {
                Volatile.Write(ref watched.Going, 0);
                // Somebody may have come between the two lines.
                if (watched.Watchers.IsEmpty || Interlocked.CompareExchange(ref watched.Going, 1, 0) != 0)
                {
                    return;
                }
            }

            try
            {
                Tell(watched, Look(run, watched));
            }
            catch (Exception exception)
            {
                // The database may be busy: the next second tells.
                LogFailed(logger, run, exception);
            }
        }
    }

    private static bool SameState(RunInfo one, RunInfo other) =>
        one.Status == other.Status && one.Wanted == other.Wanted && one.Note == other.Note && one.Tags.SequenceEqual(other.Tags);

    // Somebody's request may have made the newest frame: what counts is what was told last.
    private static void Tell(Watched watched, RunFrame? now)
    {
        if (Interlocked.Exchange(ref watched.Told, now) != now)
        {
            foreach (var (watcher, _) in watched.Watchers)
            {
                watcher.Told(now);
            }
        }
    }

    private RunFrame? Look(long run, Watched watched, bool always = false)
    {
        lock (watched.Gate)
        {
            if (runs.Find(run) is not { } record)
            {
                watched.Frame = null;
                return null;
            }

            // A training reports many times a second; a change of its state is seen at once.
            var (now, version) = (time.GetTimestamp(), monitor.Version(record));
            if (!always && watched.Frame is { } last && (watched.Version == version
                || (record.Status == RunStatus.Running && time.GetElapsedTime(watched.Looked, now) < Interval / 2 && SameState(record, last.Snapshot.Run))))
            {
                return last;
            }

            watched.Looked = now;
            watched.Version = version;
            var snapshot = monitor.Snapshot(record);
            var configuration = watched.Frame is { } known && known.Snapshot.Run.Configuration == record.Configuration ? known.Configuration : RunConfigurationJson.Of(record);
            watched.Frame = new RunFrame(
                Interlocked.Increment(ref _numbers), snapshot, configuration, RunLimits.Of(configuration, folder), watched.Frame);
            return watched.Frame;
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task<bool> Next(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_stop.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            return false; // the server stops
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Those who watch run {Run} could not be told of it; it is tried again")]
    private static partial void LogFailed(ILogger logger, long run, Exception exception);

    private sealed class Watched
    {
        public int Going;

        public RunFrame? Told;

        public Lock Gate { get; } = new();

        public ConcurrentDictionary<Watcher, byte> Watchers { get; } = new();

        public long Looked { get; set; }

        public (long, long) Version { get; set; }

        public RunFrame? Frame { get; set; }
    }

    private sealed class Watcher(Watched watched, Action<RunFrame?> told) : IDisposable
    {
        public Action<RunFrame?> Told => told;

        public void Dispose() => watched.Watchers.TryRemove(this, out _);
    }
}
