using FeatureExplorer.Storage;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>A dictionary and its quality as the API and the command line tell of it.</summary>
/// <param name="Name">Name as in URLs: "A/1".</param>
/// <param name="Contexts">The best feature of each context that has one.</param>
/// <param name="Neurons">The best neuron of each context that has one, for comparison.</param>
public sealed record DictionaryJson(
    string Name, int Features, double L0, double ExplainedVariance, double LossRecovered, double LossRecoveredFromMean, double Loss,
    double LossReconstructed, int Dead, int Ultralow, long Samples, double SamplesPerSecond, string Variant, double Lambda, IndexSummary Index,
    IReadOnlyList<DictionaryJson.Detector> Contexts, IReadOnlyList<DictionaryJson.NeuronDetector> Neurons, Provenance Provenance, DictionarySource? Source)
{
    public static DictionaryJson Of(DictionaryInfo dictionary) => new(
        dictionary.Id, dictionary.Features, dictionary.Metrics.L0, dictionary.Metrics.ExplainedVariance, dictionary.Metrics.LossRecovered,
        dictionary.Metrics.LossRecoveredFromMean, dictionary.Metrics.Loss, dictionary.Metrics.LossReconstructed, dictionary.Dead, dictionary.Ultralow,
        dictionary.Samples, dictionary.SamplesPerSecond, dictionary.Variant, dictionary.Lambda, dictionary.Index,
        [.. dictionary.ContextSummaries.Where(s => s.Feature is not null)
            .Select(s => new Detector(s.Context.Name, s.Feature!.Index, s.Feature.Pearson, s.Feature.Specificity, s.Feature.Recall))],
        [.. dictionary.ContextSummaries.Where(s => s.Neuron is not null)
            .Select(s => new NeuronDetector(s.Context.Name, s.Neuron!.Index, s.Neuron.Pearson, s.Neuron.Specificity, s.Neuron.Recall))],
        dictionary.Provenance, dictionary.Source);

    /// <summary>A feature that detects a context.</summary>
    public sealed record Detector(string Name, int Feature, double Pearson, double Specificity, double Recall);

    /// <summary>A neuron that detects a context.</summary>
    public sealed record NeuronDetector(string Name, int Neuron, double Pearson, double Specificity, double Recall);
}
