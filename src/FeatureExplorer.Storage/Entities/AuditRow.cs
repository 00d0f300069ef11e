using FeatureExplorer.Storage.Accounts;

namespace FeatureExplorer.Storage.Entities;

/// <summary>One action that somebody took or tried.</summary>
internal sealed class AuditRow
{
    public long Id { get; set; }

    public DateTime When { get; set; }

    public string? Who { get; set; }

    public required string What { get; set; }

    public required string Subject { get; set; }

    public AuditOutcome Outcome { get; set; }

    public string? Address { get; set; }

    public string? Detail { get; set; }
}
