using System.Collections.Concurrent;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>
/// Updates of runs that all watchers share: time is cut into intervals, and one update is made in an interval when somebody asks, so that a hundred watchers
/// cost little more than one. Safe for concurrent use.
/// </summary>
/// <param name="interval">Time between two updates of a run; a whole number of milliseconds.</param>
/// <param name="make">Makes one from the run's number and the last one, which may be its result when nothing has changed; null when there is no such run.</param>
public sealed class SharedUpdates(TimeSpan interval, Func<long, RunUpdate?, Task<RunUpdate?>> make)
{
    private const int MaximumRuns = 64;

    private readonly ConcurrentDictionary<long, Slot> _slots = new();

    /// <summary>How long a watcher waits, at most, for the next update.</summary>
    public TimeSpan Interval => interval;

    // Timers count with the same clock.
    private static long Now => Environment.TickCount64;

    private long Milliseconds => (long)interval.TotalMilliseconds;

    /// <summary>
    /// Ends when the next interval begins, for all watchers at once: a hundred who wake one by one would take the processor from a training run a hundred times.
    /// </summary>
    public Task Next(CancellationToken stop) => Task.Delay(TimeSpan.FromMilliseconds(Milliseconds - (Now % Milliseconds)), stop);

    /// <summary>The run's update of this interval, or null when there is no such run.</summary>
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
            var number = Now / Milliseconds;
            if (slot.Latest is null || slot.Number != number)
            {
                slot.Number = number;
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

        /// <summary>The interval of the latest update, counted from the system's start.</summary>
        public long Number { get; set; }

        public RunUpdate? Latest { get; set; }
    }
}
