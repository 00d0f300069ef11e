namespace FeatureExplorer.Web.Systems;

/// <summary>The feature of a smaller dictionary that a feature splits off from: the one with the largest masked cosine.</summary>
/// <param name="Dictionary">The smaller dictionary, such as "A/0".</param>
/// <param name="Feature">Index there.</param>
/// <param name="Similarity">The masked cosine; 1 for a feature of the smaller dictionary itself, whose children have its colour.</param>
public sealed record MapParent(string Dictionary, int Feature, float Similarity);
