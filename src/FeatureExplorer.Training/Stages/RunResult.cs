namespace FeatureExplorer.Training.Stages;

/// <summary>What a run has made; printed by <c>run --json</c>.</summary>
/// <param name="Model">The transformer.</param>
/// <param name="Dictionaries">The dictionaries in the order of their training.</param>
/// <param name="Seconds">Wall-clock time; stages that were taken over from an earlier run cost none.</param>
/// <param name="PeakMemoryBytes">Largest resident memory of the process.</param>
public sealed record RunResult(ModelResult Model, IReadOnlyList<DictionaryResult> Dictionaries, double Seconds, long PeakMemoryBytes)
{
    /// <summary>How many problems reading the corpus met.</summary>
    public long ProblemCount { get; init; }

    /// <summary>The first of them, in a sentence each: files that are not read or are damaged, lines that are no JSON.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}

/// <param name="Name">Name in addresses.</param>
/// <param name="HeldOutLoss">Mean next-token loss on held-out tokens, nats.</param>
/// <param name="Tokens">Tokens it was trained on.</param>
/// <param name="TokensPerSecond">Of training.</param>
public sealed record ModelResult(string Name, double HeldOutLoss, long Tokens, double TokensPerSecond);

/// <param name="Name">"A/1".</param>
/// <param name="Features">m.</param>
/// <param name="L0">Mean number of active features.</param>
/// <param name="ExplainedVariance">Of the activations.</param>
/// <param name="LossRecovered">Against activations of zero.</param>
/// <param name="LossRecoveredFromMean">Against the mean activation.</param>
/// <param name="Loss">The model's own loss on the evaluated tokens.</param>
/// <param name="LossReconstructed">With reconstructed activations.</param>
/// <param name="LossZeroAblated">With activations of zero.</param>
/// <param name="LossMeanAblated">With the mean activation.</param>
/// <param name="Dead">Features that never fire on the indexed tokens.</param>
/// <param name="Ultralow">Features that fire extremely rarely.</param>
/// <param name="SamplesPerSecond">Of training.</param>
/// <param name="Index">Its activation index.</param>
/// <param name="Contexts">The best feature of each context, and the best neuron beside it.</param>
public sealed record DictionaryResult(
    string Name, int Features, double L0, double ExplainedVariance, double LossRecovered, double LossRecoveredFromMean, double Loss,
    double LossReconstructed, double LossZeroAblated, double LossMeanAblated, long Dead, long Ultralow, double SamplesPerSecond, IndexResult Index,
    IReadOnlyList<ContextResult> Contexts);

/// <summary>Size and cost of an activation index.</summary>
public sealed record IndexResult(long Tokens, long Activations, double BytesPerActivation, double Seconds);

/// <param name="Name">Name of the context.</param>
/// <param name="Share">Share of the indexed tokens inside.</param>
/// <param name="Feature">Best-correlated feature.</param>
/// <param name="Pearson">Its correlation with membership.</param>
/// <param name="Specificity">Share of its activations inside.</param>
/// <param name="Recall">Share of the tokens inside on which it fires.</param>
/// <param name="Neuron">Best-correlated neuron, null where none was measured.</param>
public sealed record ContextResult(string Name, double Share, int Feature, double Pearson, double Specificity, double Recall, NeuronResult? Neuron);

/// <summary>A neuron measured like a feature.</summary>
public sealed record NeuronResult(int Neuron, double Pearson, double Specificity, double Recall);
