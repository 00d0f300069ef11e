namespace FeatureExplorer.Storage.Corpora;

/// <summary>One domain of a corpus.</summary>
/// <param name="Name">Its label.</param>
/// <param name="Documents">Documents with it.</param>
/// <param name="TextBytes">UTF-8 bytes of their text.</param>
public sealed record CorpusDomain(string Name, int Documents, long TextBytes);
