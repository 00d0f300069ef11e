using FeatureExplorer.Storage.Runs;

namespace FeatureExplorer.Storage.Entities;

/// <summary>One job and how far it has come.</summary>
internal sealed class RunRow
{
    public long Id { get; set; }

    public required string Kind { get; set; }

    public RunStatus Status { get; set; }

    public required string Stage { get; set; }

    public double Progress { get; set; }

    public required string Message { get; set; }

    public required string Configuration { get; set; }

    public string? Error { get; set; }

    public DateTime Created { get; set; }

    public DateTime Updated { get; set; }

    public long Position { get; set; }

    public RunOrigin Origin { get; set; }

    public string? RequestedBy { get; set; }

    /// <summary>Number of the run whose configuration this one's form began with; that run may be gone since. Null for none.</summary>
    public long? ClonedFrom { get; set; }

    /// <summary>Read by the process that carries the run out, whichever it is.</summary>
    public RunStatus? Wanted { get; set; }

    public DateTime? Started { get; set; }

    public DateTime? Ended { get; set; }

    /// <summary>What somebody has written about the run; empty for nothing.</summary>
    public string Note { get; set; } = string.Empty;

    /// <summary>Words to find it by, separated by single spaces; empty for none.</summary>
    public string Tags { get; set; } = string.Empty;
}
