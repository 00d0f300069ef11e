namespace FeatureExplorer.Analysis.Relations;

/// <summary>A token's logit weights of two units.</summary>
/// <param name="Token">Token id.</param>
/// <param name="Left">Weight of the left unit.</param>
/// <param name="Right">Weight of the right unit.</param>
/// <param name="Inside">Share of the token's held-out occurrences that lie inside the context; null where it does not occur.</param>
public readonly record struct ComparedWeight(int Token, float Left, float Right, double? Inside);
