using System.Text.Json.Serialization;

namespace FeatureExplorer.Engine.Dictionaries.Evaluation;

/// <summary>Quality of a dictionary on held-out tokens; definitions in docs/equations.md.</summary>
public sealed record DictionaryMetrics
{
    /// <summary>Held-out tokens that the metrics below were measured on.</summary>
    public required long Tokens { get; init; }

    /// <summary>Tokens of the windows that they come from: with the places of a start token, which are left out of <see cref="Tokens"/>. Null in records older than it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? WindowTokens { get; init; }

    /// <summary>Mean number of active features per token.</summary>
    public required double L0 { get; init; }

    /// <summary>1 − Σ‖x − x̂‖² / Σ‖x − μ‖² with μ over all the tokens.</summary>
    public required double ExplainedVariance { get; init; }

    /// <summary>Mean over the tokens of 1 − ‖x − x̂‖² / ‖x − μ‖², older tools' explained variance. Null in records older than it, as the next one.</summary>
    public double? ExplainedVarianceByToken { get; init; }

    /// <summary>1 − Σ‖e − mean of e‖² / Σ‖x − μ‖² with e = x − x̂: the same as <see cref="ExplainedVariance"/> but for a common offset of x̂, which costs nothing here.</summary>
    public double? ExplainedVarianceOfResidual { get; init; }

    /// <summary>Mean squared error per input dimension, raw activations.</summary>
    public required double MeanSquaredError { get; init; }

    /// <summary>Next-token loss of the model as it is, nats.</summary>
    public required double Loss { get; init; }

    /// <summary>Loss with the activations replaced by their reconstruction.</summary>
    public required double LossReconstructed { get; init; }

    /// <summary>Loss with the activations set to zero (the MLP's output bias is kept).</summary>
    public required double LossZeroAblated { get; init; }

    /// <summary>Loss with the activations set to their mean.</summary>
    public required double LossMeanAblated { get; init; }

    /// <summary>Mean over the tokens of KL(model ‖ model with the reconstruction) over the vocabulary, nats. Null in records older than it, like those below.</summary>
    public double? Divergence { get; init; }

    /// <summary>Shrinkage: mean over the tokens of ‖x̂‖ / ‖x‖; below 1 when reconstructions are too short.</summary>
    public double? NormRatio { get; init; }

    /// <summary>Shrinkage without the part that is only missing: Σ‖x̂‖² / Σ x · x̂; 1 when no common factor on x̂ would lower the error.</summary>
    public double? ReconstructionBias { get; init; }

    /// <summary>Mean over the tokens of σ, by which x̂ multiplies f (<see cref="RowNormalisation"/>); null where vectors are not normalised.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? MeanGain { get; init; }

    /// <summary>Features that never fire on <see cref="Tokens"/>.</summary>
    public int? Dead { get; init; }

    /// <summary>Features that fire on them, less often than <see cref="FeatureDensity.UltralowLimit"/>.</summary>
    public int? Ultralow { get; init; }

    /// <summary>How many tokens to ask for, so that the same windows are measured again.</summary>
    /// <param name="context">Tokens of a window.</param>
    public long TokensAskedFor(int context) => WindowTokens ?? ((Tokens + context - 1) / context * context);

    /// <summary>(zero − reconstructed) / (zero − as it is).</summary>
    public double LossRecovered => (LossZeroAblated - LossReconstructed) / (LossZeroAblated - Loss);

    /// <summary>(mean − reconstructed) / (mean − as it is).</summary>
    public double LossRecoveredFromMean => (LossMeanAblated - LossReconstructed) / (LossMeanAblated - Loss);
}
