namespace FeatureExplorer.Engine.Backends.Edits;

/// <summary>x − σ f_i · d_i, σ = 1 where rows are not normalised: a feature is taken out as strongly as it is there, and the dictionary's error stays (paper, feature ablations).</summary>
/// <param name="Dictionary">Of the same back end as the runner, for the same site, or a transcoder that writes there and reads the input site that the runner was begun with.</param>
/// <param name="Feature">i.</param>
public sealed record RemovalEdit(IDictionaryEncoder Dictionary, int Feature) : SiteEdit;
