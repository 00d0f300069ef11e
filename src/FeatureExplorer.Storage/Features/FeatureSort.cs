namespace FeatureExplorer.Storage.Features;

/// <summary>What a list of features is sorted by.</summary>
public enum FeatureSort
{
    Index,
    Density,
    Max,

    /// <summary>Correlation with the context that the list is filtered by, else with the feature's best context.</summary>
    Context,

    /// <summary>How far steering with the feature moves text into its context; features without a measurement come last when the furthest come first.</summary>
    Steering,

    /// <summary>How well the feature matches the text that the list is filtered by; by index without one.</summary>
    Relevance,
}
