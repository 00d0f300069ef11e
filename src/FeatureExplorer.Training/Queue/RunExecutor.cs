using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Queue;

/// <summary>Carries out one recorded run and records how it ended, whoever asked for it. The caller holds the folder's <see cref="RunLock"/>.</summary>
public sealed class RunExecutor(FeatureDatabase database, RunMonitor monitor, TimeProvider time, Action<string> warn)
{
    private static readonly TimeSpan AskInterval = TimeSpan.FromSeconds(0.3);

    private readonly RunStore _runs = new(database, time);

    /// <summary>Runs to the end, to a request to stop, or to a failure; the record then says which.</summary>
    /// <param name="run">A run that waits.</param>
    /// <param name="progress">Gets every report; or null.</param>
    /// <param name="stop">The process ends: a run of the queue goes back into it.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="InvalidOperationException">It does not wait.</exception>
    public RunResult Execute(RunInfo run, IProgress<RunProgress>? progress, CancellationToken stop)
    {
        if (!_runs.TryStart(run.Id))
        {
            throw new InvalidOperationException($"Run {run.Id} does not wait to be started.");
        }

        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var ask = new Timer(_ => StopIfWanted(run.Id, cancel), null, AskInterval, AskInterval);
        var live = monitor.Begin(run.Id, progress);
        try
        {
            var configuration = RunConfigurationJson.Read(run.Configuration);
            live.Log(RunEventKind.State, run.Started is null ? "Started" : "Resumed");
            var result = new RunPipeline(database, time, message => Warn(live, message)) { FeaturesWanted = live.TakeFeaturesWanted }.Run(configuration, live, cancel.Token);
            live.Save();
            live.Log(RunEventKind.State, "Finished");
            _runs.End(run.Id, RunStatus.Finished);
            return result;
        }
        catch (OperationCanceledException)
        {
            Stopped(run, live);
            throw;
        }
        catch (Exception exception)
        {
            Failed(run, live, exception);
            throw;
        }
        finally
        {
            monitor.End(run.Id);
        }
    }

    private void StopIfWanted(long id, CancellationTokenSource cancel)
    {
        try
        {
            if (_runs.Wanted(id) is not null)
            {
                cancel.Cancel();
            }
        }
        catch (ObjectDisposedException)
        {
            // The run ended at this very moment.
        }
    }

    private void Warn(LiveRun live, string message)
    {
        warn(message);
        live.Log(RunEventKind.Warning, message);
    }

    private void Stopped(RunInfo run, LiveRun live)
    {
        var status = _runs.Wanted(run.Id) ?? (run.Origin == RunOrigin.Queue ? RunStatus.Queued : RunStatus.Interrupted);
        live.Log(RunEventKind.State, status switch
        {
            RunStatus.Queued => "Stopped with the server; it goes on at the next start",
            RunStatus.Interrupted => "Stopped with its command; the same command goes on with it",
            _ => $"{status}; it can be taken up again",
        });
        _runs.End(run.Id, status);
    }

    private void Failed(RunInfo run, LiveRun live, Exception exception)
    {
        var full = DiskFull.Caused(exception);
        var cause = full ? $"The disk is full: {exception.Message}" : exception.Message;
        try
        {
            live.Log(RunEventKind.Error, cause);
            _runs.End(run.Id, full ? RunStatus.Paused : RunStatus.Failed, cause);
        }
        catch (Exception second) when (full)
        {
            // Not even this could be written: at the next start the run counts as interrupted and goes on.
            warn($"{cause} The run's state could not be written either: {second.Message}");
        }
    }
}
