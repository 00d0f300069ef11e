using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Training.Names;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Queue;

/// <summary>
/// A run of the command line: the database knows of it, so that pages show it, too. One process at a time runs in a data folder.
/// </summary>
/// <param name="database">Where runs are recorded.</param>
/// <param name="time">For the record.</param>
/// <param name="warn">Receives problems that do not stop the run.</param>
/// <param name="devices">Where runs may compute; null: the processor alone.</param>
public sealed class RecordedRun(FeatureDatabase database, TimeProvider time, Action<string> warn, IComputeDevices? devices = null)
{
    private readonly RunStore _runs = new(database, time);
    private readonly IComputeDevices _devices = devices ?? new EngineDevices();

    /// <summary>Runs to the end and records how it went. Goes on with the record of the same run that was stopped, if there is one.</summary>
    /// <exception cref="ArgumentException">A name is taken.</exception>
    /// <exception cref="IOException">Another run is going on in the same data folder.</exception>
    public RunResult Run(RunConfiguration configuration, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        using var hold = RunLock.TryTake(database.Folder.Root)
            ?? throw new IOException($"Another run is writing to {database.Folder.Root}: wait for it, or choose another folder with --data.");
        _runs.MarkInterrupted();
        configuration = DevicePlacement.Place(configuration with { BeganOn = null }, _devices);
        var run = TakeUp(configuration, cancellation) ?? Add(new RunNames(database, time).Settle(configuration, cancellation));
        var monitor = new RunMonitor(_runs, new RunHistory(database, time));
        return new RunExecutor(database, monitor, time, warn, _devices).Execute(run, progress, cancellation);
    }

    private RunInfo Add(RunConfiguration settled) => _runs.Add(settled.Preset, RunConfigurationJson.Write(settled), RunOrigin.CommandLine);

    /// <summary>The same run where it stopped; also on another device than it began on, if that is allowed.</summary>
    /// <exception cref="ArgumentException">It began on another device.</exception>
    private RunInfo? TakeUp(RunConfiguration configuration, CancellationToken cancellation)
    {
        foreach (var stopped in _runs.Latest(20).Where(static r => r.Origin == RunOrigin.CommandLine && r.Can(RunMove.Resume)))
        {
            // One from before devices were recorded began on the CPU engine.
            if (RunConfigurationJson.Of(stopped) is not { } other || Settled(configuration with { BeganOn = other.BeganOn ?? BackendInfo.CpuId }, cancellation) is not { } same
                || Bare(same) != Bare(other))
            {
                continue;
            }

            if (same.BeganOn != configuration.BeganOn && !configuration.DeviceChange)
            {
                throw DevicePlacement.Changed(same.BeganOn!, configuration.BeganOn!);
            }

            _runs.Reconfigure(stopped.Id, RunConfigurationJson.Write(same));
            _runs.Request(stopped.Id, RunMove.Resume);
            return _runs.Find(stopped.Id);
        }

        return null;
    }

    /// <summary>With names that it can have; null where it cannot have those that it asks for.</summary>
    private RunConfiguration? Settled(RunConfiguration configuration, CancellationToken cancellation)
    {
        try
        {
            return new RunNames(database, time).Settle(configuration, cancellation);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>What a run is asked for, wherever it computes.</summary>
    private static string Bare(RunConfiguration configuration) => RunConfigurationJson.Write(
        configuration with { Device = DevicePlacement.Auto, Precision = DevicePlacement.Float32, BeganOn = null, DeviceChange = false });
}
