using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Runs;

/// <summary>
/// Runs: what was asked for, in which order, how far it is, how it ended. Every change of state is checked and made in one transaction, so
/// that a page, the queue and a command of another process can act on the same run.
/// </summary>
public sealed class RunStore(FeatureDatabase database, TimeProvider time)
{
    private static readonly IReadOnlyList<RunStatus> Waiting = [RunStatus.Queued];

    /// <summary>Adds a run at the end of the queue.</summary>
    /// <param name="kind">What it does: "demo", "standard".</param>
    /// <param name="configuration">Its configuration, JSON.</param>
    /// <param name="origin">Who carries it out.</param>
    /// <param name="requestedBy">Who asked for it, or null.</param>
    public RunInfo Add(string kind, string configuration, RunOrigin origin = RunOrigin.Queue, string? requestedBy = null)
    {
        var now = Now;
        using var db = database.NewContext();
        var row = new RunRow
        {
            Kind = kind,
            Status = RunStatus.Queued,
            Stage = "Waiting",
            Message = string.Empty,
            Configuration = configuration,
            Created = now,
            Updated = now,
            Origin = origin,
            RequestedBy = requestedBy,
            Position = (db.Runs.Max(r => (long?)r.Position) ?? 0) + 1,
        };
        db.Runs.Add(row);
        db.SaveChanges();
        return Info(row);
    }

    /// <summary>The run of a number, or null.</summary>
    public RunInfo? Find(long id)
    {
        using var db = database.NewContext();
        return db.Runs.AsNoTracking().FirstOrDefault(r => r.Id == id) is { } row ? Info(row) : null;
    }

    /// <summary>The latest runs, newest first.</summary>
    public IReadOnlyList<RunInfo> Latest(int count)
    {
        using var db = database.NewContext();
        return [.. db.Runs.AsNoTracking().OrderByDescending(r => r.Id).Take(count).ToList().Select(Info)];
    }

    /// <summary>The runs that have changed since a moment, in the order of their numbers.</summary>
    /// <param name="since">UTC; a run that changed at this very moment is among them.</param>
    public IReadOnlyList<RunInfo> Changed(DateTime since)
    {
        using var db = database.NewContext();
        return [.. db.Runs.AsNoTracking().Where(r => r.Updated >= since).OrderBy(r => r.Id).ToList().Select(Info)];
    }

    /// <summary>Numbers of all runs.</summary>
    public IReadOnlyList<long> Ids()
    {
        using var db = database.NewContext();
        return [.. db.Runs.AsNoTracking().Select(r => r.Id)];
    }

    /// <summary>Writes a note and tags in the place of those that a run has.</summary>
    /// <returns>False when there is no such run.</returns>
    public bool TryRemark(long id, RunRemarks remarks)
    {
        var (note, tags, now) = (remarks.Note, string.Join(' ', remarks.Tags), Now);
        using var db = database.NewContext();
        return db.Runs.Where(r => r.Id == id).ExecuteUpdate(set => set.SetProperty(r => r.Note, note).SetProperty(r => r.Tags, tags).SetProperty(r => r.Updated, now)) > 0;
    }

    /// <summary>What runs and what waits, in the order in which the queue takes them.</summary>
    public IReadOnlyList<RunInfo> Active()
    {
        using var db = database.NewContext();
        var rows = db.Runs.AsNoTracking().Where(r => r.Status == RunStatus.Running || r.Status == RunStatus.Queued).ToList();
        return [.. rows.OrderBy(r => r.Status == RunStatus.Running ? 0 : 1).ThenBy(r => r.Position).ThenBy(r => r.Id).Select(Info)];
    }

    /// <summary>Every run that has not finished: it runs, waits, or can be taken up again.</summary>
    public IReadOnlyList<RunInfo> Unfinished()
    {
        using var db = database.NewContext();
        return [.. db.Runs.AsNoTracking().Where(r => r.Status != RunStatus.Finished).ToList().Select(Info)];
    }

    /// <summary>Marks a waiting run as running.</summary>
    /// <returns>False when it no longer waits.</returns>
    public bool TryStart(long id) => TryMove(id, Waiting, RunStatus.Running, row =>
    {
        row.Started ??= Now;
        row.Ended = null;
        row.Error = null;
        row.Wanted = null;
    });

    /// <summary>Moves a run to another state if it is in one of those named, and to whoever is to carry it out from now on.</summary>
    /// <returns>False, and nothing changed, when it is in another state or does not exist.</returns>
    public bool TryMove(long id, IReadOnlyCollection<RunStatus> from, RunStatus to, RunOrigin? origin = null) => TryMove(id, from, to, row =>
    {
        row.Wanted = null;
        row.Origin = origin ?? row.Origin;
        row.Ended = to is RunStatus.Queued or RunStatus.Running ? null : Now;
    });

    /// <summary>Asks whoever carries a running run out to bring it to another state.</summary>
    /// <returns>False when it does not run.</returns>
    public bool TryAsk(long id, RunStatus wanted) =>
        TryMove(id, [RunStatus.Running], RunStatus.Running, row => row.Wanted = wanted);

    /// <summary>What somebody wants of a run, or null.</summary>
    public RunStatus? Wanted(long id)
    {
        using var db = database.NewContext();
        return db.Runs.AsNoTracking().Where(r => r.Id == id).Select(r => r.Wanted).FirstOrDefault();
    }

    /// <summary>Reports how far a run has come; it counts as running from the first report.</summary>
    public void Report(long id, string stage, double progress, string message) => Change(id, row =>
    {
        row.Status = RunStatus.Running;
        row.Stage = stage;
        row.Progress = double.IsFinite(progress) ? Math.Clamp(progress, 0, 1) : row.Progress;
        row.Message = message;
    });

    /// <summary>Ends a run, or puts it back into the queue.</summary>
    /// <param name="id">Number of the run.</param>
    /// <param name="status">How it ended.</param>
    /// <param name="error">Why, when it failed.</param>
    public void End(long id, RunStatus status, string? error = null) => Change(id, row =>
    {
        row.Status = status;
        row.Progress = status == RunStatus.Finished ? 1 : row.Progress;
        row.Error = error;
        row.Wanted = null;
        row.Ended = status == RunStatus.Queued ? null : Now;
    });

    /// <summary>Changes places with the waiting run before or after it.</summary>
    /// <returns>False when it does not wait, or there is none.</returns>
    public bool TryShift(long id, bool earlier)
    {
        using var db = database.NewContext();
        using var transaction = db.Database.BeginTransaction();
        var queue = db.Runs.Where(r => r.Status == RunStatus.Queued).OrderBy(r => r.Position).ThenBy(r => r.Id).ToList();
        var place = queue.FindIndex(r => r.Id == id);
        var other = earlier ? place - 1 : place + 1;
        if (place < 0 || other < 0 || other >= queue.Count)
        {
            return false;
        }

        (queue[place].Position, queue[other].Position) = (queue[other].Position, queue[place].Position);
        (queue[place].Updated, queue[other].Updated) = (Now, Now);
        db.SaveChanges();
        transaction.Commit();
        return true;
    }

    /// <summary>Deletes a run that does not run, with its log and curves.</summary>
    /// <returns>False when it runs or does not exist.</returns>
    public bool TryDelete(long id)
    {
        using var db = database.NewContext();
        return db.Runs.Where(r => r.Id == id && r.Status != RunStatus.Running).ExecuteDelete() > 0;
    }

    /// <summary>
    /// Call at start, before the first run and while no other process runs one: what was running when its process ended goes back into the
    /// queue, or is marked as interrupted if it was a command's.
    /// </summary>
    /// <returns>The runs that were going on.</returns>
    public IReadOnlyList<RunInfo> MarkInterrupted()
    {
        using var db = database.NewContext();
        var rows = db.Runs.Where(r => r.Status == RunStatus.Running || (r.Status == RunStatus.Queued && r.Origin == RunOrigin.CommandLine)).ToList();
        foreach (var row in rows)
        {
            row.Status = row.Wanted ?? (row.Origin == RunOrigin.Queue ? RunStatus.Queued : RunStatus.Interrupted);
            row.Wanted = null;
            row.Ended = row.Status == RunStatus.Queued ? null : Now;
            row.Updated = Now;
        }

        db.SaveChanges();
        return [.. rows.Select(Info)];
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private bool TryMove(long id, IReadOnlyCollection<RunStatus> from, RunStatus to, Action<RunRow> change)
    {
        using var db = database.NewContext();
        using var transaction = db.Database.BeginTransaction();
        var row = db.Runs.FirstOrDefault(r => r.Id == id);
        if (row is null || !from.Contains(row.Status))
        {
            return false;
        }

        row.Status = to;
        row.Updated = Now;
        change(row);
        db.SaveChanges();
        transaction.Commit();
        return true;
    }

    private void Change(long id, Action<RunRow> change)
    {
        using var db = database.NewContext();
        var row = db.Runs.FirstOrDefault(r => r.Id == id) ?? throw new ArgumentException($"There is no run {id}.", nameof(id));
        change(row);
        row.Updated = Now;
        db.SaveChanges();
    }

    private static RunInfo Info(RunRow row) => new(
        row.Id, row.Kind, row.Status, row.Stage, row.Progress, row.Message, row.Configuration, row.Error, Utc(row.Created), Utc(row.Updated))
    {
        Position = row.Position,
        Origin = row.Origin,
        RequestedBy = row.RequestedBy,
        Wanted = row.Wanted,
        Started = row.Started is { } started ? Utc(started) : null,
        Ended = row.Ended is { } ended ? Utc(ended) : null,
        Note = row.Note,
        Tags = RunRemarks.Split(row.Tags),
    };

    private static DateTime Utc(DateTime stored) => DateTime.SpecifyKind(stored, DateTimeKind.Utc);
}
