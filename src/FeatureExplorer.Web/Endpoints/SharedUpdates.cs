using System.Collections.Concurrent;
using System.Diagnostics;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>
/// Updates of runs that all watchers share: one is made when somebody asks and the last is older than an interval, so that a hundred watchers cost little more
/// than one. Safe for concurrent use.
/// </summary>
/// <param name="interval">Shortest time between two updates of a run.</param>
/// <param name="make">Makes one from the run's number and the last one, which may be its result when nothing has changed; null when there is no such run.</param>
public sealed class SharedUpdates(TimeSpan interval, Func<long, RunUpdate?, Task<RunUpdate?>> make)
{
    private const int MaximumRuns = 64;

    private readonly ConcurrentDictionary<long, Slot> _slots = new();

    /// <summary>How long a watcher waits before he asks again.</summary>
    public TimeSpan Interval => interval;

    /// <summary>The run's latest update, or null when there is no such run.</summary>
    public async Task<RunUpdate?> Latest(long run)
    {
        if (_slots.Count > MaximumRuns)
        {
            _slots.Clear();
        }

        var slot = _slots.GetOrAdd(run, static _ => new Slot());
        await slot.Gate.WaitAsync();
        try
        {
            if (slot.Latest is null || Stopwatch.GetElapsedTime(slot.Made) >= interval)
            {
                slot.Made = Stopwatch.GetTimestamp();
                slot.Latest = await make(run, slot.Latest);
            }

            return slot.Latest;
        }
        finally
        {
            slot.Gate.Release();
        }
    }

    private sealed class Slot
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public long Made { get; set; }

        public RunUpdate? Latest { get; set; }
    }
}
