namespace FeatureExplorer.Engine.Text;

/// <summary>Size of one domain of a corpus; tokens include the documents' ends.</summary>
public sealed record DomainSummary(string Name, int Documents, long Bytes, long TrainingTokens, long HeldOutTokens);
