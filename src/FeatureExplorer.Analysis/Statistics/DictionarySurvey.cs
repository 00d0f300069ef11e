namespace FeatureExplorer.Analysis.Statistics;

/// <summary>What holds of a dictionary's features taken together; only live features count unless it says otherwise. NaN where there is nothing to count.</summary>
public sealed record DictionarySurvey
{
    /// <summary>At least this share of its activations lies inside: a feature is specific to a context.</summary>
    public const double HighSpecificity = 0.9;

    /// <summary>A feature is a detector of a context when its specificity and its recall both reach this.</summary>
    public const double DetectorShare = 0.5;

    /// <summary>Bins of the histogram that make the lowest tenth of a feature's range, and its lower half.</summary>
    internal const int LowestTenth = FeatureReport.HistogramBins / 10;

    internal const int LowerHalf = FeatureReport.HistogramBins / 2;

    /// <summary>Features of any state.</summary>
    public required int Features { get; init; }

    public required int Live { get; init; }

    /// <summary>Sum of the densities of all features: L0 on the indexed tokens, where every feature is there.</summary>
    public required double TotalDensity { get; init; }

    public required double MedianDensity { get; init; }

    public required double MaxDensity { get; init; }

    /// <summary>Live features with a density above 1 %.</summary>
    public required int Dense { get; init; }

    /// <summary>Mean over features of the share of activations in the lowest tenth of the feature's range.</summary>
    public required double LowestTenthShare { get; init; }

    /// <summary>The same of the lower half.</summary>
    public required double LowerHalfShare { get; init; }

    /// <summary>Median over features of the largest absolute entry of the unit-norm decoder vector.</summary>
    public required double MedianTopWeight { get; init; }

    /// <summary>Median over features of that entry's share of the sum of all absolute entries.</summary>
    public required double MedianTopShare { get; init; }

    /// <summary>Median over features of the sum of all absolute entries.</summary>
    public required double MedianL1 { get; init; }

    /// <summary>Features with an entry above 0.9: nearly one neuron.</summary>
    public required int NearlyOneNeuron { get; init; }

    /// <summary>Share of features whose top examples all fire on the same token.</summary>
    public required double SingleToken { get; init; }

    /// <summary>Share of features with a context in which at least <see cref="HighSpecificity"/> of their activations lie.</summary>
    public required double Specific { get; init; }

    /// <summary>Share of features with a context for which specificity and recall are both at least <see cref="DetectorShare"/>.</summary>
    public required double Detectors { get; init; }

    /// <summary>Top examples whose effect of ablation on the next token is known.</summary>
    public required long Ablations { get; init; }

    /// <summary>Their mean effect on the next token's loss, nats.</summary>
    public required double MeanLossEffect { get; init; }

    /// <summary>Share of them whose effect is positive.</summary>
    public required double PositiveLossEffect { get; init; }
}
