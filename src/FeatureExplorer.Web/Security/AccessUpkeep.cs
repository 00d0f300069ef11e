using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Web.Security.SignIns;

namespace FeatureExplorer.Web.Security;

/// <summary>Writes what sessions and the audit log could not write at once, and removes what is too old.</summary>
public sealed partial class AccessUpkeep(Sessions sessions, AuditLog audit, AuditStore lines, TimeProvider time, ILogger<AccessUpkeep> logger) : BackgroundService
{
    private const int WaitSeconds = 1;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Cleaning = TimeSpan.FromHours(1);

    private DateTimeOffset _cleaned;

    /// <summary>One round.</summary>
    internal void Work()
    {
        using var patience = DatabasePatience.Limit(WaitSeconds);
        sessions.Write();
        audit.Flush();
        if (time.GetUtcNow() - _cleaned >= Cleaning)
        {
            sessions.RemoveOld();
            lines.Trim();
            _cleaned = time.GetUtcNow();
        }
    }

    /// <summary>The last round, when nobody is served any more.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var patience = DatabasePatience.Limit(WaitSeconds);
        sessions.Write();
        audit.Flush(stopping: true);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        while (await Next(timer, stoppingToken))
        {
            try
            {
                Work();
            }
            catch (Exception exception) when (DiskFull.Caused(exception) || DatabaseBusy.Caused(exception))
            {
                LogLater(logger, exception.Message);
            }
        }
    }

    private static async Task<bool> Next(PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sessions and the audit log are tidied up later: {Reason}")]
    private static partial void LogLater(ILogger logger, string reason);
}
