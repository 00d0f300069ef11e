using System.Collections.Concurrent;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;

namespace FeatureExplorer.Training.Progress;

/// <summary>Shows runs to watchers: those of this process as they are at the moment, others as far as they have been written down.</summary>
public sealed class RunMonitor(RunStore runs, RunHistory history)
{
    private const int EventsShown = 200;

    private readonly ConcurrentDictionary<long, LiveRun> _live = new();

    /// <summary>Begins to show a run that this process carries out, until the result is disposed.</summary>
    /// <param name="id">The run.</param>
    /// <param name="next">Gets every report, too; or null.</param>
    public LiveRun Begin(long id, IProgress<RunProgress>? next) => _live[id] = new LiveRun(id, runs, history, next);

    /// <summary>Ends it.</summary>
    public void End(long id)
    {
        if (!_live.TryRemove(id, out var live))
        {
            return;
        }

        try
        {
            live.Save();
        }
        catch (Exception exception) when (DiskFull.Caused(exception))
        {
            // The last points of its curves are lost; why the run ended is known without them.
        }
    }

    /// <summary>The run as it is now, or null when there is none of that number.</summary>
    public RunSnapshot? Snapshot(long id) => runs.Find(id) is { } run ? Snapshot(run) : null;

    /// <summary>The run of a record that has just been read.</summary>
    public RunSnapshot Snapshot(RunInfo run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (_live.TryGetValue(run.Id, out var live))
        {
            return live.Snapshot(run);
        }

        var curves = history.Curves(run.Id);
        return new RunSnapshot(run, run.Updated.Ticks, null, null, curves, [.. curves.Select(_ => 0)], history.Events(run.Id, EventsShown));
    }

    /// <summary>Changes when a snapshot of the run would, without taking one.</summary>
    public (long Reports, long Updated) Version(RunInfo run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return (_live.TryGetValue(run.Id, out var live) ? live.Version : 0, run.Updated.Ticks);
    }

    /// <summary>Asks a run of this process for the features of the dictionary in training.</summary>
    /// <returns>False when this process does not carry it out.</returns>
    public bool AskForFeatures(long id)
    {
        if (!_live.TryGetValue(id, out var live))
        {
            return false;
        }

        live.WantFeatures();
        return true;
    }
}
