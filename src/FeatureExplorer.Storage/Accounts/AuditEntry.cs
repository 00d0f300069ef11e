namespace FeatureExplorer.Storage.Accounts;

/// <summary>One line of the audit log.</summary>
/// <param name="When">UTC.</param>
/// <param name="Who">Name of the account at that time, or null for a visitor without one and for the program itself.</param>
/// <param name="What">The action: "run.start", "account.create".</param>
/// <param name="Subject">What it was done to: the number of a run, the name of an account.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Address">The visitor's network address, or null.</param>
/// <param name="Detail">What a reader of the log should know besides, or null.</param>
public sealed record AuditEntry(
    DateTime When, string? Who, string What, string Subject, AuditOutcome Outcome, string? Address = null, string? Detail = null);
