using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Training.Queue;
using FeatureExplorer.Web.Corpora;
using FeatureExplorer.Web.Imports;
using FeatureExplorer.Web.Operations;

namespace FeatureExplorer.Web.Runs;

/// <summary>
/// Takes runs from the queue and carries them out on threads that let pages go first. A run that fails says so in its record; nothing that
/// happens in one ends the server. When the server ends, runs go back into the queue and the next start takes them up from their checkpoints.
/// </summary>
public sealed partial class RunQueueService(
    FeatureDatabase database, RunQueue queue, RunStore runs, RunHistory history, RunMonitor monitor, TrainingOptions options, DemoChoice demo,
    CorpusLibrary corpora, ReceivedFiles imports, DiskSpace disk, IComputeDevices devices, TimeProvider time, ILogger<RunQueueService> logger) : BackgroundService
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(8);
    private const string Elsewhere = "Another process trains in this data folder; the queue goes on when it has ended.";

    private readonly Dictionary<long, (Task Task, string Model, string Device)> _active = [];
    private RunLock? _lock;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Enabled)
        {
            return;
        }

        var begun = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                begun = begun || Begin();
                Turn(stoppingToken);
                await queue.Wait(LookAgain, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (Exception exception)
            {
                // The database may be busy or the disk full: say so, and try again.
                LogQueueFailed(logger, exception);
                await Task.WhenAny(Task.Delay(LookAgain * 5, stoppingToken));
            }
        }

        await Task.WhenAny(Task.WhenAll(_active.Values.Select(run => run.Task)), Task.Delay(StopWithin, CancellationToken.None));
        _lock?.Dispose();
    }

    /// <summary>What the first turn does before anything else.</summary>
    private bool Begin()
    {
        corpora.MarkInterrupted();
        imports.ClearInterrupted();
        if (_lock is null && !TakeLock())
        {
            return false;
        }

        if (demo.Wanted && runs.Latest(1).Count == 0 && new FeatureStore(database).Dictionaries().Count == 0)
        {
            LogDemo(logger, database.Folder.Root);
            queue.Add(RunConfiguration.Demo, null);
        }

        return true;
    }

    private void Turn(CancellationToken stop)
    {
        foreach (var ended in _active.Where(run => run.Value.Task.IsCompleted).Select(run => run.Key).ToList())
        {
            _active.Remove(ended);
        }

        var waiting = runs.Active();
        var stranded = waiting.Where(IsStranded).ToList();
        Settle(stranded);
        if (_active.Count == 0 && stranded.Count == 0 && !waiting.Any(IsMine))
        {
            Release();
            queue.Notice = queue.Notice == Elsewhere ? null : queue.Notice;
            return;
        }

        if ((_lock is null && !TakeLock()) || !EnoughDisk())
        {
            return;
        }

        foreach (var run in waiting.Where(IsMine).Where(run => !_active.ContainsKey(run.Id)))
        {
            if (queue.Notice is null)
            {
                Start(run, stop);
            }
        }
    }

    /// <summary>Whether a device has no room for another run: a card takes one, the processor as many as the settings say.</summary>
    private bool IsBusy(string device) => _active.Values.Count(run => run.Device == device) >= (device == BackendInfo.CpuId ? options.Parallel : 1);

    private static bool IsMine(RunInfo run) => run is { Status: RunStatus.Queued, Origin: RunOrigin.Queue };

    /// <summary>A run that has ended while nothing could be written, not even that: with the disk full, normally.</summary>
    private bool IsStranded(RunInfo run) => _lock is not null && run is { Status: RunStatus.Running, Origin: RunOrigin.Queue } && !_active.ContainsKey(run.Id);

    private void Settle(IReadOnlyList<RunInfo> stranded)
    {
        foreach (var run in stranded.Where(_ => !disk.Low))
        {
            history.Log(run.Id, RunEventKind.State, "Paused: it had ended when its state could not be written; it goes on from its last checkpoint when it is resumed");
            runs.Move(run.Id, runs.Wanted(run.Id) == RunStatus.Cancelled ? RunMove.Cancel : RunMove.Pause, "Its state could not be written, because the disk was full or the database could not be used.");
        }
    }

    private void Start(RunInfo run, CancellationToken stop)
    {
        var configuration = RunConfigurationJson.Of(run);
        var (model, device) = (configuration?.Model ?? string.Empty, configuration?.Device is null or DevicePlacement.Auto ? BackendInfo.CpuId : configuration.Device);
        if (_active.Values.Any(other => other.Model == model) || IsBusy(device))
        {
            return; // two runs cannot write the same model at once
        }

        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _active[run.Id] = (done.Task, model, device);
        new Thread(() =>
        {
            BackgroundPriority.Lower();
            using (WorkerPool.TakeGuests())
            {
                Execute(run, stop);
            }

            done.SetResult();
        })
        { IsBackground = true, Name = $"FeatureExplorer run {run.Id}" }.Start();
    }

    private void Execute(RunInfo run, CancellationToken stop)
    {
        try
        {
            LogStart(logger, run.Id, run.Kind);
            var result = new RunExecutor(database, monitor, time, message => LogProblem(logger, run.Id, message), devices).Execute(run, null, stop);
            LogReady(logger, run.Id, result.Seconds);
        }
        catch (OperationCanceledException)
        {
            LogStopped(logger, run.Id);
        }
        catch (Exception exception)
        {
            LogFailed(logger, run.Id, exception);
            if (DiskFull.Caused(exception))
            {
                queue.Notice = $"The disk is full: run {run.Id} was paused and no other is begun. Free some space, then resume the run and the queue.";
            }
        }
    }

    private bool EnoughDisk()
    {
        if (disk.Low)
        {
            queue.Notice = $"{disk.Notice} Then resume the queue.";
        }

        return queue.Notice is null;
    }

    private bool TakeLock()
    {
        _lock = RunLock.TryTake(database.Folder.Root);
        if (_lock is null)
        {
            queue.Notice = Elsewhere;
            return false;
        }

        queue.Notice = queue.Notice == Elsewhere ? null : queue.Notice;
        foreach (var run in runs.MarkInterrupted())
        {
            LogInterrupted(logger, run.Id);
            history.Log(run.Id, RunEventKind.State, run.Status == RunStatus.Queued
                ? "The server ended without warning; the run goes on from its last checkpoint"
                : "Its process ended without warning");
        }

        return true;
    }

    private void Release()
    {
        _lock?.Dispose();
        _lock = null;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "No features in {Folder} yet: the demo is put into the queue; the home page shows its progress")]
    private static partial void LogDemo(ILogger logger, string folder);

    [LoggerMessage(Level = LogLevel.Information, Message = "Run {Run} ({Kind}) begins")]
    private static partial void LogStart(ILogger logger, long run, string kind);

    [LoggerMessage(Level = LogLevel.Information, Message = "Run {Run} has finished, after {Seconds:0} s")]
    private static partial void LogReady(ILogger logger, long run, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "Run {Run} was stopped")]
    private static partial void LogStopped(ILogger logger, long run);

    [LoggerMessage(Level = LogLevel.Information, Message = "Run {Run} was going on when its process ended")]
    private static partial void LogInterrupted(ILogger logger, long run);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Run {Run}: {Problem}")]
    private static partial void LogProblem(ILogger logger, long run, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {Run} failed")]
    private static partial void LogFailed(ILogger logger, long run, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The queue could not be worked on; it is tried again")]
    private static partial void LogQueueFailed(ILogger logger, Exception exception);
}
