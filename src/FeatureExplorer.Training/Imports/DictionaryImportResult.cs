using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Imports;

/// <summary>What an import has made; printed by <c>import dictionary --json</c>.</summary>
/// <param name="Name">"G/1"; null where nothing was to be imported.</param>
/// <param name="Found">What the files hold.</param>
public sealed record DictionaryImportResult(string? Name, DictionaryFound Found)
{
    /// <summary>Held-out tokens that L0, explained variance and losses were measured on.</summary>
    public long? EvaluationTokens { get; init; }

    /// <summary>Mean number of active features, measured on held-out tokens.</summary>
    public double? L0 { get; init; }

    public double? ExplainedVariance { get; init; }

    /// <summary>Against activations of zero.</summary>
    public double? LossRecovered { get; init; }

    /// <summary>The model's own loss, nats.</summary>
    public double? Loss { get; init; }

    /// <summary>With reconstructed activations.</summary>
    public double? LossReconstructed { get; init; }

    /// <summary>Features that never fire on the indexed tokens.</summary>
    public int? Dead { get; init; }

    /// <summary>Features that fire extremely rarely.</summary>
    public int? Ultralow { get; init; }

    public IndexResult? Index { get; init; }

    /// <summary>Wall-clock time.</summary>
    public double? Seconds { get; init; }
}
