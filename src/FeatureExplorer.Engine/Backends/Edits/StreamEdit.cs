namespace FeatureExplorer.Engine.Backends.Edits;

/// <summary>stream + strength · direction on one row of the last residual stream, and what the model is then asked.</summary>
/// <param name="Row">The row.</param>
/// <param name="Direction">Number of the direction.</param>
/// <param name="Strength">How often it is added.</param>
/// <param name="Target">The token that comes next.</param>
/// <param name="Named">Whether the tokens whose logits change most are wanted too.</param>
public readonly record struct StreamEdit(int Row, int Direction, float Strength, int Target, bool Named);
