using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Analysis.LogitSide;

/// <summary>Where the layer's update of the logits has a large component along a feature's logit direction: at least what the feature itself adds at its mean activation.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="Active">Such tokens on which the feature is active.</param>
/// <param name="Inactive">Such tokens on which it is not.</param>
/// <param name="Examples">The largest components on tokens where it is not active, one of a document; the number on the centre token is the component as a multiple of that limit.</param>
public sealed record DirectionUse(int Feature, long Active, long Inactive, IReadOnlyList<Example> Examples);
