namespace FeatureExplorer.Storage.Runs;

/// <summary>One line of a run's log.</summary>
/// <param name="Time">UTC.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Text">In a sentence.</param>
public sealed record RunEvent(DateTime Time, RunEventKind Kind, string Text);
