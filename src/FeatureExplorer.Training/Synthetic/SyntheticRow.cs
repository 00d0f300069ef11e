using FeatureExplorer.Engine.Dictionaries.Planted;

namespace FeatureExplorer.Training.Synthetic;

/// <summary>One dictionary of a test against a planted truth.</summary>
/// <param name="Variant">Its recipe.</param>
/// <param name="Sparsity">λ, or k for the TopK kinds.</param>
/// <param name="Features">m.</param>
/// <param name="L0">Mean number of active features.</param>
/// <param name="ExplainedVariance">Of vectors that training has not seen.</param>
/// <param name="Dead">Features that never fired on them.</param>
/// <param name="Matched">Planted features at which exactly one feature points.</param>
/// <param name="Split">Planted features at which several point.</param>
/// <param name="Merged">Planted features that share a feature with others.</param>
/// <param name="Missed">The other planted features.</param>
/// <param name="MeanBestCosine">Mean over the planted features of the cosine with the nearest direction.</param>
/// <param name="Seconds">Wall-clock time of training.</param>
public sealed record SyntheticRow(
    string Variant, double Sparsity, int Features, double L0, double ExplainedVariance, int Dead, int Matched, int Split, int Merged, int Missed,
    double MeanBestCosine, double Seconds)
{
    /// <summary>Whether it is the one of the λ that were tried for it whose L0 comes nearest to that of the truth.</summary>
    public bool IsNearestL0 { get; init; }

    /// <summary>Whether it matches the most of those λ. Only a planted truth can tell.</summary>
    public bool IsBestMatch { get; init; }

    /// <summary>Whether other λ stand for its recipe and size.</summary>
    public bool IsTrial { get; init; }

    /// <summary>What became of each planted feature, the most frequent first.</summary>
    public IReadOnlyList<PlantedFeatureResult> Planted { get; init; } = [];
}
