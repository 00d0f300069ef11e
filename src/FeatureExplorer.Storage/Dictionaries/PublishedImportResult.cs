using FeatureExplorer.Analysis.Imports;

namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>What an import did.</summary>
/// <param name="Dictionary">Name of the dictionary as in URLs, or null when nothing could be imported.</param>
/// <param name="Features">Number of features in it.</param>
/// <param name="Problems">The files that were passed over, with the reasons.</param>
public sealed record PublishedImportResult(string? Dictionary, int Features, IReadOnlyList<ImportProblem> Problems);
