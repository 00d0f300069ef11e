namespace FeatureExplorer.Web.Security.Fetching;

/// <summary>What was fetched.</summary>
/// <param name="Bytes">Size.</param>
/// <param name="Address">Where it came from in the end, after redirects.</param>
/// <param name="MediaType">What the server said that it is, or null.</param>
public sealed record FetchResult(long Bytes, Uri Address, string? MediaType);
