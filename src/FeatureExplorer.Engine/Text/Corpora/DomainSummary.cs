namespace FeatureExplorer.Engine.Text.Corpora;

/// <summary>Size of one domain of a corpus; tokens include the documents' ends.</summary>
public sealed record DomainSummary(string Name, int Documents, long Bytes, long TrainingTokens, long HeldOutTokens);
