namespace FeatureExplorer.Engine.Text.Corpora;

/// <summary>Size of one split of a corpus.</summary>
public sealed record SplitSummary(int Documents, long Tokens);
