namespace FeatureExplorer.Analysis.Verdicts;

/// <summary>Where a feature's name comes from.</summary>
public enum FeatureNameSource
{
    /// <summary>People's label.</summary>
    Label,

    /// <summary>A sentence made from the feature's figures.</summary>
    Generated,
}
