using FeatureExplorer.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage;

/// <summary>Runs: what was asked for, how far it is, how it ended.</summary>
public sealed class RunStore(FeatureDatabase database, TimeProvider time)
{
    /// <summary>Adds a run that waits to be started.</summary>
    /// <param name="kind">What it does: "demo", "standard".</param>
    /// <param name="configuration">Its configuration, JSON.</param>
    public RunInfo Add(string kind, string configuration)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var row = new RunRow
        {
            Kind = kind,
            Status = RunStatus.Queued,
            Stage = "Waiting",
            Message = string.Empty,
            Configuration = configuration,
            Created = now,
            Updated = now,
        };
        using var db = database.NewContext();
        db.Runs.Add(row);
        db.SaveChanges();
        return Info(row);
    }

    /// <summary>Reports how far a run has come; it counts as running from the first report.</summary>
    public void Report(long id, string stage, double progress, string message) => Change(id, row =>
    {
        row.Status = RunStatus.Running;
        row.Stage = stage;
        row.Progress = double.IsFinite(progress) ? Math.Clamp(progress, 0, 1) : row.Progress;
        row.Message = message;
    });

    /// <summary>Ends a run.</summary>
    /// <param name="id">Number of the run.</param>
    /// <param name="status">How it ended.</param>
    /// <param name="error">Why, when it failed.</param>
    public void End(long id, RunStatus status, string? error = null) => Change(id, row =>
    {
        row.Status = status;
        row.Progress = status == RunStatus.Finished ? 1 : row.Progress;
        row.Error = error;
    });

    /// <summary>Marks runs as interrupted that were going on when the process ended; call at start, before the first run.</summary>
    public void MarkInterrupted()
    {
        using var db = database.NewContext();
        foreach (var row in db.Runs.Where(r => r.Status == RunStatus.Running || r.Status == RunStatus.Queued).ToList())
        {
            row.Status = RunStatus.Interrupted;
            row.Updated = time.GetUtcNow().UtcDateTime;
        }

        db.SaveChanges();
    }

    /// <summary>The latest runs, newest first.</summary>
    public IReadOnlyList<RunInfo> Latest(int count)
    {
        using var db = database.NewContext();
        return [.. db.Runs.AsNoTracking().OrderByDescending(r => r.Id).Take(count).ToList().Select(Info)];
    }

    private void Change(long id, Action<RunRow> change)
    {
        using var db = database.NewContext();
        var row = db.Runs.FirstOrDefault(r => r.Id == id) ?? throw new ArgumentException($"There is no run {id}.", nameof(id));
        change(row);
        row.Updated = time.GetUtcNow().UtcDateTime;
        db.SaveChanges();
    }

    private static RunInfo Info(RunRow row) => new(
        row.Id, row.Kind, row.Status, row.Stage, row.Progress, row.Message, row.Configuration, row.Error,
        DateTime.SpecifyKind(row.Created, DateTimeKind.Utc), DateTime.SpecifyKind(row.Updated, DateTimeKind.Utc));
}
