namespace FeatureExplorer.Analysis.Statistics;

/// <summary>How well a feature and a context agree over all held-out tokens.</summary>
/// <param name="Context">The context's name, as in URLs.</param>
/// <param name="Pearson">Correlation of the activation with membership (0 or 1): sensitivity and specificity in one number.</param>
/// <param name="Specificity">Share of the activations (by count) that lie inside.</param>
/// <param name="MassSpecificity">Share of the sum of activations that lies inside.</param>
/// <param name="Recall">Share of the tokens inside on which the feature fires.</param>
/// <param name="Levels">By activation level, the same eleven intervals as the examples.</param>
public sealed record ContextScore(
    string Context, double Pearson, double Specificity, double MassSpecificity, double Recall, IReadOnlyList<ContextLevel> Levels);
