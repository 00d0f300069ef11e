using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Runs;

/// <summary>
/// Runs: what was asked for, in which order, how far it is, how it ended. Every change of state is a <see cref="RunMove"/>, checked and made in one
/// transaction, so that a page, the queue and a command of another process can act on the same run.
/// </summary>
public sealed class RunStore(FeatureDatabase database, TimeProvider time)
{
    /// <summary>Adds a run at the end of the queue.</summary>
    /// <param name="kind">What it does: "demo", "standard".</param>
    /// <param name="configuration">Its configuration, JSON.</param>
    /// <param name="origin">Who carries it out.</param>
    /// <param name="requestedBy">Who asked for it, or null.</param>
    /// <param name="clonedFrom">Number of the run that it was cloned from, or null. One that is not there is not recorded.</param>
    public RunInfo Add(string kind, string configuration, RunOrigin origin = RunOrigin.Queue, string? requestedBy = null, long? clonedFrom = null)
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
            ClonedFrom = db.Runs.Any(r => r.Id == clonedFrom) ? clonedFrom : null,
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

    /// <summary>Moves a run, for whoever carries it out.</summary>
    /// <param name="id">Number of the run.</param>
    /// <param name="move">What happens to it.</param>
    /// <param name="error">Why, when it fails or has to pause.</param>
    /// <exception cref="RunMoveException">Its state does not allow it.</exception>
    /// <exception cref="ArgumentException">There is no such run.</exception>
    public RunInfo Move(long id, RunMove move, string? error = null) => Change(id, move, row => row.Error = error ?? row.Error);

    /// <summary>
    /// Does what somebody wants of a run. One that is going on is stopped by whoever carries it out: until then it is still going on, and
    /// <see cref="RunInfo.Wanted"/> says where it is to go.
    /// </summary>
    /// <param name="id">Number of the run.</param>
    /// <param name="move">What is wanted.</param>
    /// <param name="origin">Who carries it out from now on; null for the same as before.</param>
    /// <param name="configuration">Its configuration from now on, JSON; null for the same as before.</param>
    /// <exception cref="RunMoveException">Its state does not allow it.</exception>
    /// <exception cref="ArgumentException">There is no such run.</exception>
    public RunInfo Request(long id, RunMove move, RunOrigin? origin = null, string? configuration = null) => Change(
        id, move, row => (row.Origin, row.Configuration) = (origin ?? row.Origin, configuration ?? row.Configuration), byOthers: true);

    /// <summary>Writes a configuration in the place of the one that a run has.</summary>
    /// <exception cref="ArgumentException">There is no such run.</exception>
    public void Reconfigure(long id, string configuration)
    {
        using var db = database.NewContext();
        var now = Now;
        if (db.Runs.Where(r => r.Id == id).ExecuteUpdate(set => set.SetProperty(r => r.Configuration, configuration).SetProperty(r => r.Updated, now)) == 0)
        {
            throw Unknown(id);
        }
    }

    /// <summary>Checks that a run's state allows a move, and changes nothing.</summary>
    /// <exception cref="RunMoveException">It does not.</exception>
    /// <exception cref="ArgumentException">There is no such run.</exception>
    public void Check(long id, RunMove move) => RunMoves.After(id, (Find(id) ?? throw Unknown(id)).Status, move);

    /// <summary>What somebody wants of a run, or null.</summary>
    public RunStatus? Wanted(long id)
    {
        using var db = database.NewContext();
        return db.Runs.AsNoTracking().Where(r => r.Id == id).Select(r => r.Wanted).FirstOrDefault();
    }

    /// <summary>Reports how far a run has come that is going on.</summary>
    /// <exception cref="RunMoveException">It is not going on.</exception>
    /// <exception cref="ArgumentException">There is no such run.</exception>
    public void Report(long id, string stage, double progress, string message) => Change(id, RunMove.Report, row =>
    {
        row.Stage = stage;
        row.Progress = double.IsFinite(progress) ? Math.Clamp(progress, 0, 1) : row.Progress;
        row.Message = message;
    });

    /// <summary>Changes places with the waiting run before or after it.</summary>
    /// <returns>False when there is none.</returns>
    /// <exception cref="RunMoveException">It does not wait.</exception>
    /// <exception cref="ArgumentException">There is no such run.</exception>
    public bool TryShift(long id, bool earlier)
    {
        using var db = database.NewContext();
        using var transaction = db.Database.BeginTransaction();
        RunMoves.After(id, Row(db, id).Status, RunMove.Shift);
        var queue = db.Runs.Where(r => r.Status == RunStatus.Queued).OrderBy(r => r.Position).ThenBy(r => r.Id).ToList();
        var place = queue.FindIndex(r => r.Id == id);
        var other = earlier ? place - 1 : place + 1;
        if (other < 0 || other >= queue.Count)
        {
            return false;
        }

        (queue[place].Position, queue[other].Position) = (queue[other].Position, queue[place].Position);
        (queue[place].Updated, queue[other].Updated) = (Now, Now);
        db.SaveChanges();
        transaction.Commit();
        return true;
    }

    /// <summary>Deletes the record of a run, with its log and curves.</summary>
    /// <exception cref="RunMoveException">It is going on.</exception>
    /// <exception cref="ArgumentException">There is no such run.</exception>
    public void Delete(long id)
    {
        using var db = database.NewContext();
        using var transaction = db.Database.BeginTransaction();
        var row = Row(db, id);
        RunMoves.After(id, row.Status, RunMove.Delete);
        db.Runs.Remove(row);
        db.SaveChanges();
        transaction.Commit();
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
            Apply(row, RunMoves.Stop(row.Wanted, row.Origin));
        }

        db.SaveChanges();
        return [.. rows.Select(Info)];
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private RunInfo Change(long id, RunMove move, Action<RunRow> change, bool byOthers = false)
    {
        using var db = database.NewContext();
        using var transaction = db.Database.BeginTransaction();
        var row = Row(db, id);
        if (byOthers && row.Status == RunStatus.Running)
        {
            row.Wanted = RunMoves.After(id, row.Status, move);
            row.Updated = Now;
        }
        else
        {
            Apply(row, move);
        }

        change(row);
        db.SaveChanges();
        transaction.Commit();
        return Info(row);
    }

    private void Apply(RunRow row, RunMove move)
    {
        row.Status = RunMoves.After(row.Id, row.Status, move) ?? throw new ArgumentException($"{move} leaves no record to change.", nameof(move));
        row.Updated = Now;
        if (move == RunMove.Report)
        {
            return;
        }

        row.Wanted = null;
        row.Ended = RunMoves.IsActive(row.Status) ? null : Now;
        if (move == RunMove.Start)
        {
            row.Started ??= Now;
            row.Error = null;
        }
        else if (move == RunMove.Finish)
        {
            row.Progress = 1;
        }
    }

    private static RunRow Row(FeatureDb db, long id) => db.Runs.FirstOrDefault(r => r.Id == id) ?? throw Unknown(id);

    private static ArgumentException Unknown(long id) => new($"There is no run {id}.", nameof(id));

    private static RunInfo Info(RunRow row) => new(
        row.Id, row.Kind, row.Status, row.Stage, row.Progress, row.Message, row.Configuration, row.Error, Utc(row.Created), Utc(row.Updated))
    {
        Position = row.Position,
        Origin = row.Origin,
        RequestedBy = row.RequestedBy,
        ClonedFrom = row.ClonedFrom,
        Wanted = row.Wanted,
        Started = row.Started is { } started ? Utc(started) : null,
        Ended = row.Ended is { } ended ? Utc(ended) : null,
        Note = row.Note,
        Tags = RunRemarks.Split(row.Tags),
    };

    private static DateTime Utc(DateTime stored) => DateTime.SpecifyKind(stored, DateTimeKind.Utc);
}
