namespace FeatureExplorer.Storage.Features;

/// <summary>What a list of features is sorted by.</summary>
public enum FeatureSort
{
    Index,
    Density,
    Max,

    /// <summary>Correlation with the feature's best context.</summary>
    Context,
}
