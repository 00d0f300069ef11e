namespace FeatureExplorer.Engine.Backends.Edits;

/// <summary>
/// What becomes of a site's activations x, [rows, n], before the rest of the model reads them. All kinds but <see cref="HostEdit"/> are data, which a back end
/// applies where it computes.
/// </summary>
public abstract record SiteEdit;
