namespace FeatureExplorer.Web.Security.Fetching;

/// <summary>How large a file may be that is fetched.</summary>
/// <param name="Bytes">Most bytes.</param>
/// <param name="Setting">Name of the setting that allows more.</param>
public readonly record struct FetchLimit(long Bytes, string Setting);
