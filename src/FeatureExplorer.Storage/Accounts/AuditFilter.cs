namespace FeatureExplorer.Storage.Accounts;

/// <summary>Which lines of the audit log to show; what is null or empty chooses all.</summary>
/// <param name="Who">Name of an account.</param>
/// <param name="What">Beginning of the action's name.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="From">First day, UTC.</param>
/// <param name="To">Last day, UTC.</param>
public sealed record AuditFilter(string? Who = null, string? What = null, AuditOutcome? Outcome = null, DateOnly? From = null, DateOnly? To = null);
