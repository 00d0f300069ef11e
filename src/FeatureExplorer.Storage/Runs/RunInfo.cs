namespace FeatureExplorer.Storage.Runs;

/// <summary>One training or indexing job as pages see it.</summary>
/// <param name="Id">Number of the run.</param>
/// <param name="Kind">What it does: "demo", "standard", "custom".</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Stage">What it does at the moment, in a few words: "Training the transformer".</param>
/// <param name="Progress">Share of the whole run that is done, 0 to 1.</param>
/// <param name="Message">Detail of the stage: rate, loss, time left.</param>
/// <param name="Configuration">The run's configuration, JSON.</param>
/// <param name="Error">Why it failed, or null.</param>
/// <param name="Created">When it was asked for, UTC.</param>
/// <param name="Updated">When it last reported, UTC.</param>
public sealed record RunInfo(
    long Id, string Kind, RunStatus Status, string Stage, double Progress, string Message, string Configuration, string? Error, DateTime Created,
    DateTime Updated)
{
    /// <summary>Place in the queue: the smallest starts first.</summary>
    public long Position { get; init; }

    public RunOrigin Origin { get; init; }

    /// <summary>Who asked for it; null for the server itself and for the command line.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>Number of the run that it was cloned from, which may be deleted since; null for none.</summary>
    public long? ClonedFrom { get; init; }

    /// <summary>The state that somebody wants a running run to go to, or null.</summary>
    public RunStatus? Wanted { get; init; }

    /// <summary>When it first began, UTC.</summary>
    public DateTime? Started { get; init; }

    /// <summary>When it ended, UTC.</summary>
    public DateTime? Ended { get; init; }

    /// <summary>What somebody has written about it; empty for nothing. At most <see cref="RunRemarks.LongestNote"/> characters.</summary>
    public string Note { get; init; } = string.Empty;

    /// <summary>Words to find it by; see <see cref="RunRemarks"/>.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>True until the run has ended in one way or another.</summary>
    public bool Active => RunMoves.IsActive(Status);

    /// <summary>Whether its state allows a move.</summary>
    public bool Can(RunMove move) => RunMoves.Allows(Status, move);
}
