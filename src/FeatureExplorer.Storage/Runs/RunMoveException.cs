namespace FeatureExplorer.Storage.Runs;

/// <summary>A run's state does not allow what was to happen to it. The message names the run, its state, the move and what is possible.</summary>
/// <param name="run">Number of the run.</param>
/// <param name="from">Its state.</param>
/// <param name="move">What was to happen.</param>
public sealed class RunMoveException(long run, RunStatus from, RunMove move) : InvalidOperationException(Sentence(run, from, move))
{
    public long Run { get; } = run;

    public RunStatus From { get; } = from;

    public RunMove Move { get; } = move;

    private static string Sentence(long run, RunStatus from, RunMove move)
    {
        // Every state allows something.
        var possible = RunMoves.Possible(from).Select(RunMoves.Words).ToList();
        var list = possible.Count == 1 ? possible[0] : $"{string.Join(", ", possible[..^1])} or {possible[^1]}";
        return $"Run {run} {RunMoves.Words(from)}, so it cannot be {RunMoves.Words(move)}. It can be {list}.";
    }
}
