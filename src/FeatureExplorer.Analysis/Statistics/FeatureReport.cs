using FeatureExplorer.Engine.Dictionaries.Evaluation;

namespace FeatureExplorer.Analysis.Statistics;

/// <summary>Everything a feature page shows that does not depend on the visitor's choices; one row in the database.</summary>
public sealed record FeatureReport
{
    /// <summary>Below this density a firing feature is called ultralow, provided that enough tokens are indexed: <see cref="UltralowLimit"/>.</summary>
    public const double UltralowDensity = FeatureDensity.UltralowDensity;

    /// <summary>With fewer activations than this a feature is called ultralow whatever its density: too few examples to judge it by.</summary>
    public const int UltralowActivations = FeatureDensity.UltralowActivations;

    /// <summary>Number of linear (and of logarithmic) histogram bins, as in the paper.</summary>
    public const int HistogramBins = 40;

    /// <summary>Number of activation intervals, as in the paper.</summary>
    public const int Intervals = 11;

    /// <summary>
    /// Least Pearson correlation of a best context; below it no context is said to be found. One of the contexts always correlates best: where a feature has to
    /// do with none of them, by chance, which reaches about 3 / √N on N tokens (0.005 on 300,000, 0.03 on 10,000).
    /// </summary>
    public const double BestContextPearson = 0.05;

    /// <summary>Index of the feature in its dictionary.</summary>
    public required int Index { get; init; }

    public required FeatureState State { get; init; }

    /// <summary>Number of held-out tokens on which the feature fires.</summary>
    public required long Activations { get; init; }

    /// <summary>Share of held-out tokens on which the feature fires, 0 to 1.</summary>
    public required double Density { get; init; }

    /// <summary>Largest activation; 0 for a dead feature.</summary>
    public required float Max { get; init; }

    /// <summary>Mean over the nonzero activations; 0 for a dead feature.</summary>
    public required double Mean { get; init; }

    /// <summary>Encoder bias.</summary>
    public required float EncoderBias { get; init; }

    /// <summary>Cosine of the encoder and the decoder vector; not a number of a transcoder, whose two lie at different sites.</summary>
    public required float EncoderDecoderCosine { get; init; }

    /// <summary>Nonzero activations, 40 linear bins from 0 to <see cref="Max"/>.</summary>
    public required Histogram Histogram { get; init; }

    /// <summary>Nonzero activations, 40 bins of equal ratio from the smallest to the largest.</summary>
    public required Histogram LogHistogram { get; init; }

    /// <summary>Eleven intervals of equal width from 0 to <see cref="Max"/>, highest first.</summary>
    public required IReadOnlyList<ActivationInterval> IntervalExamples { get; init; }

    /// <summary>The twenty largest activations without overlapping or duplicate windows.</summary>
    public required IReadOnlyList<Example> Top { get; init; }

    /// <summary>Number of larger activations that were passed over because their window overlaps or repeats one in <see cref="Top"/>.</summary>
    public required int TopFolded { get; init; }

    /// <summary>The smallest nonzero activations, smallest first.</summary>
    public required IReadOnlyList<Example> Bottom { get; init; }

    public required LogitWeightSummary Logits { get; init; }

    /// <summary>The ten neurons with the largest absolute decoder weight.</summary>
    public required IReadOnlyList<NeuronWeight> Neurons { get; init; }

    /// <summary>Contexts with at least one activation inside, best correlation first; the twelve strongest where there are more.</summary>
    public required IReadOnlyList<ContextScore> Contexts { get; init; }

    /// <summary>Groups of examples of an imported feature, strongest first; null for features counted here, which have intervals instead.</summary>
    public IReadOnlyList<ExampleLevel>? Levels { get; init; }

    /// <inheritdoc cref="FeatureDensity.UltralowLimit"/>
    public static double UltralowLimit(long tokens) => FeatureDensity.UltralowLimit(tokens);

    /// <summary>The best-correlated context, or null when none reaches <see cref="BestContextPearson"/>.</summary>
    public ContextScore? BestContext => Contexts.Count > 0 && Contexts[0].Pearson >= BestContextPearson ? Contexts[0] : null;
}
