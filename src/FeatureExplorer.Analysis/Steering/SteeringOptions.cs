using FeatureExplorer.Engine.Transformer.Generation;

namespace FeatureExplorer.Analysis.Steering;

/// <summary>How samples are drawn while features are pinned.</summary>
public sealed record SteeringOptions
{
    /// <summary>Samples of each set of pins.</summary>
    public int Samples { get; init; } = 4;

    /// <summary>Most tokens that are generated; a sample ends before with an end-of-text mark.</summary>
    public int Tokens { get; init; } = 30;

    /// <summary>
    /// Token i of sample s is drawn with the number i of the stream s of this seed, whatever the pins are: samples with equal pins are equal, and those with
    /// different pins differ by nothing else.
    /// </summary>
    public ulong Seed { get; init; } = 1;

    public SamplingOptions Sampling { get; init; } = new();

    public SteeringPositions Positions { get; init; }

    /// <summary>
    /// Whether the dictionary's error stays, x' = x + Σ_i (target_i − f_i) d_i; else the reconstruction takes the place of the activations,
    /// x' = x̂ + Σ_i (target_i − f_i) d_i.
    /// </summary>
    public bool KeepError { get; init; } = true;
}
