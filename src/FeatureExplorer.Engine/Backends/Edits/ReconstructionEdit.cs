namespace FeatureExplorer.Engine.Backends.Edits;

/// <summary>x̂ in the place of x.</summary>
/// <param name="Dictionary">Of the same back end as the runner, for the same site, or a transcoder that writes there and reads the input site that the runner was begun with.</param>
public sealed record ReconstructionEdit(IDictionaryEncoder Dictionary) : SiteEdit;
