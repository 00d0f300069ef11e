namespace FeatureExplorer.Training.Synthetic;

/// <summary>What each recipe finds of a planted truth.</summary>
/// <param name="Settings">What was planted and trained.</param>
/// <param name="Rows">One for each dictionary, in the order of the settings.</param>
/// <param name="Created">When it was finished.</param>
/// <param name="Version">Of the program.</param>
public sealed record SyntheticReport(SyntheticSettings Settings, IReadOnlyList<SyntheticRow> Rows, DateTime Created, string Version);
