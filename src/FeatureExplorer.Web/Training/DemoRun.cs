using FeatureExplorer.Storage;

namespace FeatureExplorer.Web.Training;

/// <summary>
/// Trains the demo in the background when a server starts on a data folder without features, and goes on with it after a restart.
/// </summary>
public sealed partial class DemoRun(FeatureDatabase database, TimeProvider time, ILogger<DemoRun> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (new FeatureStore(database).Dictionaries().Count > 0)
        {
            return Task.CompletedTask;
        }

        // A thread of its own with a lower priority: pages come first.
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            Train(stoppingToken);
            done.SetResult();
        })
        { IsBackground = true, Name = "FeatureExplorer demo run", Priority = ThreadPriority.BelowNormal }.Start();
        return done.Task;
    }

    private void Train(CancellationToken stoppingToken)
    {
        try
        {
            LogStart(logger, database.Folder.Root);
            var result = new RecordedRun(database, time, message => LogProblem(logger, message)).Run(RunConfiguration.Demo, null, stoppingToken);
            LogReady(logger, result.Dictionaries[0].Name, result.Seconds);
        }
        catch (OperationCanceledException)
        {
            LogStopped(logger);
        }
        catch (Exception exception)
        {
            // The run has recorded its cause and the home page shows it; the server goes on.
            LogFailed(logger, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "No features in {Folder} yet: training the demo; the home page shows its progress")]
    private static partial void LogStart(ILogger logger, string folder);

    [LoggerMessage(Level = LogLevel.Information, Message = "The demo is ready: {Dictionary}, after {Seconds:0} s")]
    private static partial void LogReady(ILogger logger, string dictionary, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "The demo was stopped; it goes on at the next start")]
    private static partial void LogStopped(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    private static partial void LogProblem(ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "The demo failed")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
