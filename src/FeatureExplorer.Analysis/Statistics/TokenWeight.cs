namespace FeatureExplorer.Analysis.Statistics;

/// <summary>A token of the vocabulary and a weight on it.</summary>
/// <param name="Token">Token id.</param>
/// <param name="Weight">Logit weight, after the median over the vocabulary has been shifted to zero.</param>
public sealed record TokenWeight(int Token, float Weight);
