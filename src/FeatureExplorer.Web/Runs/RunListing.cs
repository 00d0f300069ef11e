using System.Collections.Concurrent;
using FeatureExplorer.Storage.Runs;

namespace FeatureExplorer.Web.Runs;

/// <summary>
/// All runs for the pages that list them. It looks for what has changed once a second while somebody watches, and all watchers share what it has found. Safe for
/// concurrent use.
/// </summary>
public sealed partial class RunListing(RunStore runs, TimeProvider time, ILogger<RunListing> logger) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<object, Action> _watchers = new();
    private readonly SortedDictionary<long, RunItem> _known = [];
    private IReadOnlyList<RunItem> _all = [];
    private int _going;

    /// <summary>All runs as they are, newest first.</summary>
    public IReadOnlyList<RunItem> Latest()
    {
        lock (_gate)
        {
            // A run may change twice within the clock's smallest step.
            var since = _known.Count == 0 ? DateTime.MinValue : _known.Values.Max(static item => item.Run.Updated);
            var changed = runs.Changed(since).Where(run => !_known.TryGetValue(run.Id, out var item) || Differs(item.Run, run)).ToList();
            var ids = runs.Ids().ToHashSet();
            var gone = _known.Keys.Where(id => !ids.Contains(id)).ToList();
            if (changed.Count > 0 || gone.Count > 0)
            {
                gone.ForEach(id => _known.Remove(id));
                changed.ForEach(run => _known[run.Id] = RunItem.Of(run));
                _all = [.. _known.Values.Reverse()];
            }

            return _all;
        }
    }

    /// <summary>What runs, what waits in the order of its turn, and what is paused.</summary>
    /// <param name="all">Of <see cref="Latest"/>.</param>
    public static IReadOnlyList<RunItem> Queue(IReadOnlyList<RunItem> all) =>
        [.. all.Where(static item => item.InQueue).OrderBy(static item => item.Run.Status switch { RunStatus.Running => 0, RunStatus.Queued => 1, _ => 2 })
            .ThenBy(static item => item.Run.Position).ThenBy(static item => item.Id)];

    /// <summary>Calls back whenever the list has changed, until the result is disposed.</summary>
    /// <param name="told">Must return soon and throw nothing.</param>
    public IDisposable Watch(Action told)
    {
        var watcher = new Watcher(this);
        _watchers[watcher] = told;
        if (Interlocked.CompareExchange(ref _going, 1, 0) == 0)
        {
            _ = Follow();
        }

        return watcher;
    }

    private static bool Differs(RunInfo one, RunInfo other) =>
        one.Updated != other.Updated || one.Status != other.Status || one.Wanted != other.Wanted || one.Position != other.Position || one.Progress != other.Progress
        || one.Note != other.Note || !one.Tags.SequenceEqual(other.Tags);

    private async Task Follow()
    {
        using var timer = new PeriodicTimer(Interval, time);
        var told = _all;
        while (await Next(timer))
        {
            if (_watchers.IsEmpty)
            {
                Volatile.Write(ref _going, 0);
                // Somebody may have come between the two lines.
                if (_watchers.IsEmpty || Interlocked.CompareExchange(ref _going, 1, 0) != 0)
                {
                    return;
                }
            }

            try
            {
                var now = Latest();
                if (now != told)
                {
                    told = now;
                    foreach (var (_, tell) in _watchers)
                    {
                        tell();
                    }
                }
            }
            catch (Exception exception)
            {
                // The database may be busy: the next second tells.
                LogFailed(logger, exception);
            }
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "The list of runs could not be read; it is tried again")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    private sealed class Watcher(RunListing listing) : IDisposable
    {
        public void Dispose() => listing._watchers.TryRemove(this, out _);
    }
}
