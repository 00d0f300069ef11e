namespace FeatureExplorer.Web.Security;

/// <summary>Somebody tried what the role does not allow; answered with status 403.</summary>
public sealed class AccessDeniedException(string message) : Exception(message);
