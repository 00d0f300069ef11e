using System.Runtime.InteropServices;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Queue;

/// <summary>Carries out one recorded run and records how it ended, whoever asked for it. The caller holds the folder's <see cref="RunLock"/>.</summary>
/// <param name="database">Where runs are recorded.</param>
/// <param name="monitor">Told of each report.</param>
/// <param name="time">For the log.</param>
/// <param name="warn">Receives problems that do not stop the run.</param>
/// <param name="devices">Where runs may compute; null: the processor alone.</param>
public sealed class RunExecutor(FeatureDatabase database, RunMonitor monitor, TimeProvider time, Action<string> warn, IComputeDevices? devices = null)
{
    private static readonly TimeSpan AskInterval = TimeSpan.FromSeconds(0.3);

    private readonly RunStore _runs = new(database, time);
    private readonly IComputeDevices _devices = devices ?? new EngineDevices();

    /// <summary>Runs to the end, to a request to stop, or to a failure; the record then says which.</summary>
    /// <param name="run">A run that waits.</param>
    /// <param name="progress">Gets every report; or null.</param>
    /// <param name="stop">The process ends: a run of the queue goes back into it.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="RunMoveException">It does not wait.</exception>
    public RunResult Execute(RunInfo run, IProgress<RunProgress>? progress, CancellationToken stop)
    {
        _runs.Move(run.Id, RunMove.Start);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var ask = new Timer(_ => StopIfWanted(run.Id, cancel), null, AskInterval, AskInterval);
        var live = monitor.Begin(run.Id, progress);
        try
        {
            var configuration = Placed(run);
            using var backend = _devices.Open(configuration.Device, configuration.Precision);
            LogStart(run, configuration, backend.Info, live);
            MachineSpeed.Measure(database.Folder, backend, cancel.Token);
            var pipeline = new RunPipeline(database, time, message => Warn(live, message)) { FeaturesWanted = live.TakeFeaturesWanted, Backend = backend };
            var result = pipeline.Run(configuration, live, cancel.Token);
            live.Save();
            live.Log(RunEventKind.State, "Finished");
            _runs.Move(run.Id, RunMove.Finish);
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

    /// <summary>The configuration with its device, which the record keeps from now on.</summary>
    private RunConfiguration Placed(RunInfo run)
    {
        var configuration = RunConfigurationJson.Read(run.Configuration);
        // A run that had begun before devices were recorded began on the CPU engine.
        var known = run.Started is not null && configuration.BeganOn is null ? configuration with { BeganOn = BackendInfo.CpuId, Device = BackendInfo.CpuId } : configuration;
        var placed = DevicePlacement.Place(known, _devices);
        if (placed != configuration)
        {
            _runs.Reconfigure(run.Id, RunConfigurationJson.Write(placed));
        }

        return placed;
    }

    private static void LogStart(RunInfo run, RunConfiguration configuration, BackendInfo info, LiveRun live)
    {
        live.Log(RunEventKind.State, (run.Started is null ? "Started" : "Resumed") + (info.IsEngine ? string.Empty : $" on {info.Id} ({info.Device}, {info.Library}, {info.Precision})"));
        if (configuration.BeganOn != info.Fingerprint)
        {
            live.Log(RunEventKind.Warning, $"The run began on {configuration.BeganOn} and goes on with {info.Fingerprint}: its results are those of neither alone");
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
        var move = RunMoves.Stop(_runs.Wanted(run.Id), run.Origin);
        live.Log(RunEventKind.State, move switch
        {
            RunMove.PutBack => "Stopped with the server; it goes on at the next start",
            RunMove.Interrupt => "Stopped with its command; the same command goes on with it",
            _ => $"{RunMoves.After(run.Id, RunStatus.Running, move)}; it can be taken up again",
        });
        _runs.Move(run.Id, move);
    }

    private void Failed(RunInfo run, LiveRun live, Exception exception)
    {
        var full = DiskFull.Caused(exception);
        // A library's own trace of a failed device goes to the server's log, its first line says what happened.
        var message = exception is ExternalException ? $"The device failed: {exception.Message.Split('\n')[0].Trim()}" : exception.Message;
        var cause = full ? $"The disk is full: {message}" : message;
        try
        {
            live.Log(RunEventKind.Error, cause);
            _runs.Move(run.Id, full ? RunMove.Pause : RunMove.Fail, cause);
        }
        catch (Exception second) when (full)
        {
            // Not even this could be written: at the next start the run counts as interrupted and goes on.
            warn($"{cause} The run's state could not be written either: {second.Message}");
        }
    }
}
