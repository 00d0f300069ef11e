namespace FeatureExplorer.Analysis.Statistics;

/// <summary>Whether a feature is alive on the held-out tokens.</summary>
public enum FeatureState
{
    /// <summary>Fires, with a density of at least the ultralow limit.</summary>
    Live,

    /// <summary>Fires, but with a density below <see cref="FeatureReport.UltralowLimit"/>.</summary>
    Ultralow,

    /// <summary>Never fires on the held-out tokens.</summary>
    Dead,
}
