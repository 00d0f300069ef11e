namespace FeatureExplorer.Storage.Accounts;

/// <summary>A page of the audit log, newest first.</summary>
/// <param name="Items">Its lines.</param>
/// <param name="Number">Number of the page, from 1.</param>
/// <param name="Pages">Number of pages, at least 1.</param>
/// <param name="Total">Lines that match.</param>
public sealed record AuditPage(IReadOnlyList<AuditEntry> Items, int Number, int Pages, int Total);
