using FeatureExplorer.Storage.Runs;

namespace FeatureExplorer.Training.Progress;

/// <summary>Something that happened in a run and is worth a line in its log.</summary>
public sealed record RunNote(RunEventKind Kind, string Text);
