using System.Text.Json;
using FeatureExplorer.Analysis;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Runs;

/// <summary>What runs measured and met on their way: curves and a log, both bounded.</summary>
public sealed class RunHistory(FeatureDatabase database, TimeProvider time)
{
    /// <summary>Lines of a run's log that are kept; the oldest go first.</summary>
    public const int MostEvents = 500;

    private const int LongestText = 2000;

    /// <summary>Adds a line to a run's log; a run that was deleted meanwhile has none.</summary>
    public RunEvent Log(long run, RunEventKind kind, string text)
    {
        var added = new RunEvent(time.GetUtcNow().UtcDateTime, kind, text.Length > LongestText ? text[..LongestText] + "…" : text);
        using var db = database.NewContext();
        if (!db.Runs.Any(r => r.Id == run))
        {
            return added;
        }

        db.RunEvents.Add(new RunEventRow { RunId = run, Time = added.Time, Kind = kind, Text = added.Text });
        db.SaveChanges();
        var kept = db.RunEvents.Where(e => e.RunId == run).OrderByDescending(e => e.Id).Select(e => e.Id).Take(MostEvents);
        db.RunEvents.Where(e => e.RunId == run && e.Id < kept.Min()).ExecuteDelete();
        return added;
    }

    /// <summary>The latest lines of a run's log, oldest first.</summary>
    public IReadOnlyList<RunEvent> Events(long run, int count = MostEvents)
    {
        using var db = database.NewContext();
        var rows = db.RunEvents.AsNoTracking().Where(e => e.RunId == run).OrderByDescending(e => e.Id).Take(count).ToList();
        rows.Reverse();
        return [.. rows.Select(e => new RunEvent(DateTime.SpecifyKind(e.Time, DateTimeKind.Utc), e.Kind, e.Text))];
    }

    /// <summary>Writes a run's curve in the place of an older one of the same name.</summary>
    public void Save(long run, RunCurve curve)
    {
        var json = JsonSerializer.Serialize(curve, StorageJson.Default.RunCurve);
        using var db = database.NewContext();
        db.Database.ExecuteSqlInterpolated(
            $"INSERT INTO RunCurves (RunId, Name, Json) SELECT {run}, {curve.Name}, {json} WHERE EXISTS (SELECT 1 FROM Runs WHERE Id = {run}) ON CONFLICT (RunId, Name) DO UPDATE SET Json = excluded.Json");
    }

    /// <summary>The curves of a run, in the order in which they began.</summary>
    public IReadOnlyList<RunCurve> Curves(long run)
    {
        using var db = database.NewContext();
        var rows = db.RunCurves.AsNoTracking().Where(c => c.RunId == run).Select(c => new { c.Name, c.Json }).ToList();
        return [.. rows.Select(r => JsonSerializer.Deserialize(r.Json, StorageJson.Default.RunCurve)!)
            .OrderBy(c => c.Name == "transformer" ? 0 : 1).ThenBy(c => c.Name, NaturalOrder.Names)];
    }
}
