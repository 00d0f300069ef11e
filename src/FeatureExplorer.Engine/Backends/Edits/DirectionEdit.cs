namespace FeatureExplorer.Engine.Backends.Edits;

/// <summary>x + strength · d on every row: steering.</summary>
/// <param name="Direction">d, [n].</param>
/// <param name="Strength">How often it is added; below 0 it is taken out.</param>
public sealed record DirectionEdit(float[] Direction, float Strength) : SiteEdit;
