namespace FeatureExplorer.Analysis.Contexts.Expressions;

/// <summary>How well one feature of a dictionary agrees with a context.</summary>
/// <param name="Feature">Index of the feature.</param>
/// <param name="Activations">Number of its activations.</param>
/// <param name="Inside">How many of them lie inside, at least one.</param>
/// <param name="Pearson">Correlation of the activation with membership.</param>
/// <param name="MassSpecificity">Share of the sum of activations inside.</param>
/// <param name="Recall">Share of the tokens inside on which it fires.</param>
public sealed record ContextRank(int Feature, long Activations, long Inside, double Pearson, double MassSpecificity, double Recall)
{
    /// <summary>Share of the activations inside.</summary>
    public double Specificity => (double)Inside / Activations;
}
