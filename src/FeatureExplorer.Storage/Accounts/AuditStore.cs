using System.Diagnostics.CodeAnalysis;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Accounts;

/// <summary>The audit log's table. Lines are added and read; the oldest go when there are too many.</summary>
public sealed class AuditStore(FeatureDatabase database)
{
    /// <summary>Lines on a page.</summary>
    public const int PageSize = 50;

    /// <summary>Lines that are kept.</summary>
    public const int Kept = 200_000;

    /// <summary>Lines of refusals that are kept: who tries often enough does not displace what was done.</summary>
    public const int KeptRefusals = 50_000;

    private const int LongestWord = 100;
    private const int LongestDetail = 500;

    /// <summary>Adds a line; what is too long is cut.</summary>
    public void Add(AuditEntry entry)
    {
        using var db = database.NewContext();
        db.Audit.Add(new AuditRow
        {
            When = entry.When,
            Who = Cut(entry.Who, LongestWord),
            What = Cut(entry.What, LongestWord)!,
            Subject = Cut(entry.Subject, LongestWord)!,
            Outcome = entry.Outcome,
            Address = Cut(entry.Address, LongestWord),
            Detail = Cut(entry.Detail, LongestDetail),
        });
        db.SaveChanges();
    }

    /// <summary>A page of the log.</summary>
    /// <param name="page">Number of the page from 1; beyond the last, the last.</param>
    /// <param name="filter">Which lines; null for all.</param>
    public AuditPage Page(int page, AuditFilter? filter = null)
    {
        using var db = database.NewContext();
        var chosen = Chosen(db.Audit.AsNoTracking(), filter ?? new AuditFilter());
        var total = chosen.Count();
        var pages = Math.Max(1, (total + PageSize - 1) / PageSize);
        var number = Math.Clamp(page, 1, pages);
        var rows = chosen.OrderByDescending(a => a.Id).Skip((number - 1) * PageSize).Take(PageSize).ToList();
        return new AuditPage([.. rows.Select(Entry)], number, pages, total);
    }

    private static IQueryable<AuditRow> Chosen(IQueryable<AuditRow> lines, AuditFilter filter)
    {
        lines = string.IsNullOrEmpty(filter.Who) ? lines : lines.Where(a => a.Who == filter.Who);
        lines = string.IsNullOrEmpty(filter.What) ? lines : lines.Where(a => a.What.StartsWith(filter.What));
        lines = filter.Outcome is { } outcome ? lines.Where(a => a.Outcome == outcome) : lines;
        lines = filter.From is { } from ? lines.Where(a => a.When >= from.ToDateTime(TimeOnly.MinValue)) : lines;
        return filter.To is { } to ? lines.Where(a => a.When < to.AddDays(1).ToDateTime(TimeOnly.MinValue)) : lines;
    }

    /// <summary>Removes the oldest lines beyond <see cref="KeptRefusals"/> and <see cref="Kept"/>.</summary>
    public void Trim(int kept = Kept, int refusals = KeptRefusals)
    {
        using var db = database.NewContext();
        var refused = db.Audit.Where(a => a.Outcome == AuditOutcome.Refused);
        refused.Where(a => a.Id < refused.OrderByDescending(r => r.Id).Select(r => r.Id).Take(refusals).Min()).ExecuteDelete();
        db.Audit.Where(a => a.Id < db.Audit.OrderByDescending(r => r.Id).Select(r => r.Id).Take(kept).Min()).ExecuteDelete();
    }

    // What visitors sent is in it: a change of writing direction would let a line say something else than what happened.
    private static AuditEntry Entry(AuditRow row) => new(
        DateTime.SpecifyKind(row.When, DateTimeKind.Utc), Visible(row.Who), Visible(row.What), Visible(row.Subject), row.Outcome, row.Address, Visible(row.Detail));

    [return: NotNullIfNotNull(nameof(text))]
    private static string? Visible(string? text) => text is null ? null : TokenText.Visible(text);

    private static string? Cut(string? text, int longest) => text is null || text.Length <= longest ? text : text[..(longest - 1)] + "…";
}
