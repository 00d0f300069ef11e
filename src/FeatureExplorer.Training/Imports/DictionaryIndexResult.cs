using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Imports;

/// <summary>What indexing a dictionary over another text has made; printed by <c>index --json</c>.</summary>
/// <param name="Name">"G/2".</param>
/// <param name="Of">The dictionary with the same weights, "G/1".</param>
/// <param name="Text">Names of the text's files and folders.</param>
/// <param name="Corpus">The text in one sentence.</param>
/// <param name="CorpusHash">Name of the folder of its tokens.</param>
/// <param name="L0">Mean number of active features, measured on the text, as all figures.</param>
/// <param name="LossRecovered">Against activations of zero.</param>
/// <param name="Loss">The model's own loss on the text, nats.</param>
/// <param name="LossReconstructed">With reconstructed activations.</param>
/// <param name="Dead">Features that never fire on the indexed tokens.</param>
/// <param name="Ultralow">Features that fire extremely rarely.</param>
/// <param name="Seconds">Wall-clock time.</param>
public sealed record DictionaryIndexResult(
    string Name, string Of, string Text, string Corpus, string CorpusHash, double L0, double ExplainedVariance, double LossRecovered, double Loss, double LossReconstructed,
    int Dead, int Ultralow, IndexResult Index, double Seconds)
{
    /// <summary>Tokens that L0, explained variance and losses were measured on.</summary>
    public long EvaluationTokens { get; init; }

    /// <summary>What gives reason to doubt the figures, in sentences.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
