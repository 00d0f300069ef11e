namespace FeatureExplorer.Engine.Text.Files;

/// <summary>A file below the paths of a corpus, read or not: what decides whether the corpus has changed.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Modified">When it was last written, UTC.</param>
public sealed record StoredFile(string Path, long Length, DateTime Modified);
