namespace FeatureExplorer.Analysis.Exploration;

/// <summary>A token and how much of a feature's activations it has.</summary>
/// <param name="Token">Token id.</param>
/// <param name="Count">Number of activations.</param>
/// <param name="Mass">Sum of activations.</param>
/// <param name="Occurrences">How often the token occurs among the indexed tokens (for a preceding token: how often something follows it in its document).</param>
public sealed record TokenShare(int Token, long Count, double Mass, long Occurrences);
