namespace FeatureExplorer.Analysis.Contexts.Expressions;

/// <summary>By what features are ranked for a context, best first.</summary>
public enum ContextRankOrder
{
    /// <summary>Correlation with membership.</summary>
    Pearson,

    /// <summary>Share of activations inside; features with too few activations to judge by come last.</summary>
    Specificity,

    /// <summary>Share of the tokens inside on which the feature fires.</summary>
    Recall,
}
