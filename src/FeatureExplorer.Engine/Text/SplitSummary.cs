namespace FeatureExplorer.Engine.Text;

/// <summary>Size of one split of a corpus.</summary>
public sealed record SplitSummary(int Documents, long Tokens);
