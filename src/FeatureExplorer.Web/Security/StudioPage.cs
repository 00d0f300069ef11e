namespace FeatureExplorer.Web.Security;

/// <summary>Marks the endpoints of pages that hold a connection to the server: they have a policy of their own, and no copy is kept of them.</summary>
public sealed class StudioPage;
