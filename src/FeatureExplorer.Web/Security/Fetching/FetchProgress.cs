namespace FeatureExplorer.Web.Security.Fetching;

/// <summary>How far a download has come.</summary>
/// <param name="Bytes">Bytes that have arrived.</param>
/// <param name="Total">Bytes that the server announced, or null.</param>
public readonly record struct FetchProgress(long Bytes, long? Total);
