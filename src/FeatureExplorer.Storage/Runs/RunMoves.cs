using System.Collections.Frozen;
using static FeatureExplorer.Storage.Runs.RunStatus;

namespace FeatureExplorer.Storage.Runs;

/// <summary>
/// The states of a run and every move between them, in one table. A move that is not in the table is refused with <see cref="RunMoveException"/>, whoever asks:
/// the queue, a command, a page or the API.
/// </summary>
public static class RunMoves
{
    private static readonly FrozenDictionary<(RunStatus From, RunMove Move), RunStatus?> Table = new Dictionary<(RunStatus, RunMove), RunStatus?>
    {
        [(Queued, RunMove.Start)] = Running,
        [(Queued, RunMove.Pause)] = Paused,
        [(Queued, RunMove.Cancel)] = Cancelled,
        [(Queued, RunMove.Interrupt)] = Interrupted, // a command's run whose process ended before it started
        [(Queued, RunMove.Shift)] = Queued,
        [(Queued, RunMove.Delete)] = null,

        [(Running, RunMove.Report)] = Running,
        [(Running, RunMove.Finish)] = Finished,
        [(Running, RunMove.Fail)] = Failed,
        [(Running, RunMove.Pause)] = Paused,
        [(Running, RunMove.Cancel)] = Cancelled,
        [(Running, RunMove.PutBack)] = Queued,
        [(Running, RunMove.Interrupt)] = Interrupted,
        [(Running, RunMove.ShowFeatures)] = Running,

        [(Paused, RunMove.Resume)] = Queued,
        [(Paused, RunMove.Cancel)] = Cancelled,
        [(Paused, RunMove.Delete)] = null,

        [(Interrupted, RunMove.Resume)] = Queued,
        [(Interrupted, RunMove.Cancel)] = Cancelled,
        [(Interrupted, RunMove.Delete)] = null,

        [(Cancelled, RunMove.Resume)] = Queued,
        [(Cancelled, RunMove.Delete)] = null,

        [(Failed, RunMove.Resume)] = Queued,
        [(Failed, RunMove.Delete)] = null,

        [(Finished, RunMove.Delete)] = null,
    }.ToFrozenDictionary();

    /// <summary>What people may ask for; the rest is up to whoever carries the run out.</summary>
    public static IReadOnlyList<RunMove> OfPeople { get; } =
        [RunMove.ShowFeatures, RunMove.Pause, RunMove.Resume, RunMove.Cancel, RunMove.Shift, RunMove.Delete];

    /// <summary>Whether a move is possible from a state.</summary>
    public static bool Allows(RunStatus from, RunMove move) => Table.ContainsKey((from, move));

    /// <summary>The state after a move; null when the run is gone.</summary>
    /// <param name="run">Number of the run, for the error.</param>
    /// <param name="from">Its state.</param>
    /// <param name="move">What is to happen.</param>
    /// <exception cref="RunMoveException">The move is not possible from that state.</exception>
    public static RunStatus? After(long run, RunStatus from, RunMove move) =>
        Table.TryGetValue((from, move), out var to) ? to : throw new RunMoveException(run, from, move);

    /// <summary>What people may do with a run in a state.</summary>
    public static IReadOnlyList<RunMove> Possible(RunStatus from) => [.. OfPeople.Where(move => Allows(from, move))];

    /// <summary>Whether a run in a state waits or runs: it goes on without anybody's help.</summary>
    public static bool IsActive(RunStatus status) => status is Queued or Running;

    /// <summary>Whether the names of what a run makes stay taken: those that failed or were cancelled may have been wrong.</summary>
    public static bool ReservesNames(RunStatus status) => IsActive(status) || status is Paused or Interrupted;

    /// <summary>How a running run ends when it stops before it has finished.</summary>
    /// <param name="wanted">The state that somebody wants it to go to, or null when its process ends.</param>
    /// <param name="origin">Who carries it out.</param>
    public static RunMove Stop(RunStatus? wanted, RunOrigin origin) => wanted switch
    {
        Cancelled => RunMove.Cancel,
        Paused => RunMove.Pause,
        _ => origin == RunOrigin.Queue ? RunMove.PutBack : RunMove.Interrupt,
    };

    /// <summary>A state as the end of a sentence that begins with the run: "is paused".</summary>
    public static string Words(RunStatus status) => status switch
    {
        Queued => "waits",
        Running => "is going on",
        Finished => "has finished",
        Failed => "has failed",
        Cancelled => "was cancelled",
        Interrupted => "was interrupted",
        Paused => "is paused",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "A state of a run is expected."),
    };

    /// <summary>A move as what is done to a run: "paused", after "it can be".</summary>
    public static string Words(RunMove move) => move switch
    {
        RunMove.Start => "started",
        RunMove.Report => "reported on",
        RunMove.Finish => "finished",
        RunMove.Fail => "marked as failed",
        RunMove.Pause => "paused",
        RunMove.Cancel => "cancelled",
        RunMove.Resume => "resumed",
        RunMove.PutBack => "put back into the queue",
        RunMove.Interrupt => "marked as interrupted",
        RunMove.Shift => "moved in the queue",
        RunMove.ShowFeatures => "asked for its features",
        RunMove.Delete => "deleted",
        _ => throw new ArgumentOutOfRangeException(nameof(move), move, "A move of a run is expected."),
    };
}
