namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>Where an imported dictionary comes from; it has no index, no weights and no held-out text here, and is never trained further.</summary>
/// <param name="Title">What it is, in a few words.</param>
/// <param name="Histograms">What its histograms count.</param>
/// <param name="Files">Number of files that were read.</param>
/// <param name="Skipped">Number of files that were passed over.</param>
/// <param name="Vocabulary">Name of the file that holds its tokens.</param>
public sealed record DictionarySource(string Title, string Histograms, int Files, int Skipped, string Vocabulary);
