namespace FeatureExplorer.Analysis.Contexts;

/// <summary>A feature's activations by level and by log-likelihood ratio of one context: the coloured histogram of a feature page.</summary>
/// <param name="Context">The context's name.</param>
/// <param name="Edges">The linear edges of the feature's histogram, 41.</param>
/// <param name="Counts">[level bin][log-likelihood-ratio bin] number of activations; summed over the second index they are the histogram's counts.</param>
/// <param name="Mass">[level bin][log-likelihood-ratio bin] sum of activations: the expected-value version.</param>
public sealed record ContextHistogram(
    string Context, IReadOnlyList<float> Edges, IReadOnlyList<long[]> Counts, IReadOnlyList<double[]> Mass);
