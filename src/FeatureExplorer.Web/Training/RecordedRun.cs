using System.Diagnostics;
using System.Text.Json;
using FeatureExplorer.Storage;

namespace FeatureExplorer.Web.Training;

/// <summary>
/// A run that the database knows of, so that the home page shows its progress, whoever started it. One at a time in a data folder.
/// </summary>
public sealed class RecordedRun(FeatureDatabase database, TimeProvider time, Action<string> warn)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);

    private readonly RunStore _runs = new(database, time);

    /// <summary>Runs to the end and records how it went.</summary>
    /// <exception cref="IOException">Another run is going on in the same data folder.</exception>
    public RunResult Run(RunConfiguration configuration, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        using var hold = RunLock.TryTake(database.Folder.Root)
            ?? throw new IOException($"Another run is writing to {database.Folder.Root}: wait for it, or choose another folder with --data.");
        _runs.MarkInterrupted();
        var run = _runs.Add(configuration.Preset, JsonSerializer.Serialize(configuration, JsonSerializerOptions.Web));
        try
        {
            var result = new RunPipeline(database, time, warn).Run(configuration, new Recorder(_runs, run.Id, progress), cancellation);
            _runs.End(run.Id, RunStatus.Finished);
            return result;
        }
        catch (OperationCanceledException)
        {
            _runs.End(run.Id, RunStatus.Interrupted);
            throw;
        }
        catch (Exception exception)
        {
            _runs.End(run.Id, RunStatus.Failed, exception.Message);
            throw;
        }
    }

    /// <summary>Passes progress on, and writes it down at most twice a second.</summary>
    private sealed class Recorder(RunStore runs, long id, IProgress<RunProgress>? next) : IProgress<RunProgress>
    {
        private long _last;

        public void Report(RunProgress value)
        {
            next?.Report(value);
            if (value.Fraction is > 0 and < 1 && Stopwatch.GetElapsedTime(_last) < Interval)
            {
                return;
            }

            _last = Stopwatch.GetTimestamp();
            runs.Report(id, value.Stage, value.Overall, value.Detail);
        }
    }
}
