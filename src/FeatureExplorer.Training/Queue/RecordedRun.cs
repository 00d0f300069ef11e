using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Names;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Queue;

/// <summary>
/// A run of the command line: the database knows of it, so that pages show it, too. One process at a time runs in a data folder.
/// </summary>
public sealed class RecordedRun(FeatureDatabase database, TimeProvider time, Action<string> warn)
{
    private readonly RunStore _runs = new(database, time);

    /// <summary>Runs to the end and records how it went. Goes on with the record of the same run that was stopped, if there is one.</summary>
    /// <exception cref="ArgumentException">A name is taken.</exception>
    /// <exception cref="IOException">Another run is going on in the same data folder.</exception>
    public RunResult Run(RunConfiguration configuration, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        using var hold = RunLock.TryTake(database.Folder.Root)
            ?? throw new IOException($"Another run is writing to {database.Folder.Root}: wait for it, or choose another folder with --data.");
        _runs.MarkInterrupted();
        MachineSpeed.Measure(database.Folder, cancellation);
        configuration = new RunNames(database, time).Settle(configuration, cancellation);
        var text = RunConfigurationJson.Write(configuration);
        var run = TakeUp(text) ?? _runs.Add(configuration.Preset, text, RunOrigin.CommandLine);
        var monitor = new RunMonitor(_runs, new RunHistory(database, time));
        return new RunExecutor(database, monitor, time, warn).Execute(run, progress, cancellation);
    }

    private RunInfo? TakeUp(string configuration)
    {
        var stopped = _runs.Latest(20).FirstOrDefault(r => r.Origin == RunOrigin.CommandLine && r.Can(RunMove.Resume) && r.Configuration == configuration);
        if (stopped is not null)
        {
            _runs.Request(stopped.Id, RunMove.Resume);
        }

        return stopped;
    }
}
