namespace FeatureExplorer.Analysis.Exploration;

/// <summary>A feature that fires on a token.</summary>
/// <param name="Feature">Index of the feature.</param>
/// <param name="Activation">f_i.</param>
/// <param name="Share">Its share of the reconstruction r = x̂ − b_dec: f_i d_i · r / ‖r‖². The shares of a token add up to 1; one that points against the others is below 0.</param>
public sealed record ActiveFeature(int Feature, float Activation, float Share);
