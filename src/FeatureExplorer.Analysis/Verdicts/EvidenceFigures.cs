using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Analysis.Verdicts;

/// <summary>The figures that the five verdicts on a feature follow from.</summary>
public sealed record EvidenceFigures
{
    /// <summary>Whether there are contexts to compare the feature with.</summary>
    public required bool HasContexts { get; init; }

    /// <summary>The context that the feature is judged by, or null when none was found.</summary>
    public ContextScore? Context { get; init; }

    /// <summary>Share of the tokens inside that context.</summary>
    public double ContextShare { get; init; }

    /// <summary>What removing the feature does, or null where that was not measured.</summary>
    public AblationReport? Ablation { get; init; }

    /// <summary>Whether the unit is itself a neuron.</summary>
    public required bool IsNeuron { get; init; }

    /// <summary>Whether it has been compared with the model's neurons.</summary>
    public required bool NeuronsCompared { get; init; }

    /// <summary>Correlation with the neuron most like it, or null where none fires together with it.</summary>
    public double? NeuronCorrelation { get; init; }

    /// <summary>Whether it has been compared with another model's dictionary.</summary>
    public required bool OtherModelCompared { get; init; }

    /// <summary>Correlation with the best counterpart in another model, or null where none fires together with it.</summary>
    public double? CounterpartCorrelation { get; init; }
}
