namespace FeatureExplorer.Analysis.Imports;

/// <summary>A file that an import passed over.</summary>
/// <param name="File">Its path.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record ImportProblem(string File, string Reason);
