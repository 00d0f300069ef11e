using FeatureExplorer.Storage.Runs;

namespace FeatureExplorer.Training.Progress;

/// <summary>Everything that a monitor shows of a run at one moment.</summary>
/// <param name="Run">Its record.</param>
/// <param name="Version">Changes whenever anything below changes.</param>
/// <param name="Progress">The latest report, or null before the first one and after the end.</param>
/// <param name="SecondsLeft">Until the end of the run, or null when it cannot be told.</param>
/// <param name="Curves">What was measured so far.</param>
/// <param name="Generations">Of the curves: see <see cref="LiveCurve.Generation"/>.</param>
/// <param name="Events">The log's last lines, oldest first.</param>
public sealed record RunSnapshot(
    RunInfo Run, long Version, RunProgress? Progress, double? SecondsLeft, IReadOnlyList<RunCurve> Curves, IReadOnlyList<int> Generations,
    IReadOnlyList<RunEvent> Events);
