namespace FeatureExplorer.Engine.Transformer.Generation;

/// <summary>How the next token is drawn from the logits.</summary>
/// <param name="Temperature">What the logits are divided by; 0 takes the most probable token.</param>
/// <param name="TopK">Only the k most probable tokens are drawn; 0 for all.</param>
/// <param name="TopP">Of these, only the most probable ones that together reach this share of the probability; 1 for all.</param>
public sealed record SamplingOptions(float Temperature = 1, int TopK = 0, float TopP = 1);
