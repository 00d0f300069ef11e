namespace FeatureExplorer.Web.Runs;

/// <summary>How an act on a run went, for the one who asked for it.</summary>
/// <param name="Run">Number of the run.</param>
/// <param name="Act">What was asked for.</param>
/// <param name="Done">Whether it was done.</param>
/// <param name="Message">In a sentence or two.</param>
/// <param name="Undo">What takes it back, or null.</param>
public sealed record RunOutcome(long Run, RunAct Act, bool Done, string Message, RunAct? Undo)
{
    /// <summary>The message tells what goes on: once that has ended, it says nothing true any more. <see cref="RunActs.Now"/> renews it.</summary>
    public bool Passing { get; init; }
}
