namespace FeatureExplorer.Engine.Backends.Edits;

/// <summary>The same vector in the place of every x: zero or mean ablation.</summary>
/// <param name="Vector">[n].</param>
public sealed record ConstantEdit(float[] Vector) : SiteEdit;
