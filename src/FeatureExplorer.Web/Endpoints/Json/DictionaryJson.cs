using FeatureExplorer.Analysis.Imports;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>A dictionary and its quality as the API and the command line tell of it.</summary>
/// <param name="Name">Name as in URLs: "A/1".</param>
/// <param name="L0">Features that fire on a token, as all figures up to the losses measured on the tokens of <paramref name="Evaluation"/>.</param>
/// <param name="Dead">Features that never fire, as those after it counted on the tokens of <paramref name="Index"/>.</param>
/// <param name="Ultralow">Features that fire with a density below <see cref="Densities.UltralowLimit"/>.</param>
/// <param name="Activation">How f is computed.</param>
/// <param name="Origin">The files of another tool that it was imported from; null for one that was trained here.</param>
/// <param name="Contexts">The best feature of each context that has one.</param>
/// <param name="Neurons">The best neuron of each context that has one, for comparison.</param>
public sealed record DictionaryJson(
    string Name, int Features, double L0, double ExplainedVariance, double LossRecovered, double LossRecoveredFromMean, double Loss,
    double LossReconstructed, int Dead, int Ultralow, long Samples, double SamplesPerSecond, string Variant, double Lambda, IndexSummary Index,
    IReadOnlyList<DictionaryJson.Detector> Contexts, IReadOnlyList<DictionaryJson.NeuronDetector> Neurons, Provenance Provenance, DictionarySource? Source,
    string Activation, DictionaryJson.Evaluated Evaluation, DictionaryJson.Densities Density, DictionaryOrigin? Origin)
{
    /// <summary>Which activations it reads, "mlp.post.0"; null where its files do not say it.</summary>
    public string? Site { get; init; }

    /// <param name="dictionary">The dictionary.</param>
    /// <param name="site">Which activations it reads, or null.</param>
    /// <param name="paperUltralow">Its features below the paper's threshold, or null where its index cannot tell.</param>
    public static DictionaryJson Of(DictionaryInfo dictionary, string? site, int? paperUltralow) => new(
        dictionary.Id, dictionary.Features, dictionary.Metrics.L0, dictionary.Metrics.ExplainedVariance, dictionary.Metrics.LossRecovered,
        dictionary.Metrics.LossRecoveredFromMean, dictionary.Metrics.Loss, dictionary.Metrics.LossReconstructed, dictionary.Dead, dictionary.Ultralow,
        dictionary.Samples, dictionary.SamplesPerSecond, dictionary.Variant, dictionary.Lambda, dictionary.Index,
        [.. dictionary.ContextSummaries.Where(s => s.Feature is not null)
            .Select(s => new Detector(s.Context.Name, s.Feature!.Index, s.Feature.Pearson, s.Feature.Specificity, s.Feature.Recall))],
        [.. dictionary.ContextSummaries.Where(s => s.Neuron is not null)
            .Select(s => new NeuronDetector(s.Context.Name, s.Neuron!.Index, s.Neuron.Pearson, s.Neuron.Specificity, s.Neuron.Recall))],
        dictionary.Provenance, dictionary.Source, ActivationDefinition.Of(dictionary.Variant),
        new Evaluated(
            dictionary.Metrics.Tokens, "windows spread evenly over the held-out tokens",
            new VarianceForms(dictionary.Metrics.ExplainedVariance, dictionary.Metrics.ExplainedVarianceByToken, dictionary.Metrics.ExplainedVarianceOfResidual)),
        new Densities(
            dictionary.Provenance.Tokens, (double)dictionary.Index.Activations / dictionary.Provenance.Tokens, dictionary.UltralowLimit, dictionary.Resolution,
            PublishedFeatures.UltralowDensity, paperUltralow),
        dictionary.Origin)
    { Site = site };

    /// <summary>What L0, explained variance and losses were measured on.</summary>
    /// <param name="Tokens">How many tokens.</param>
    /// <param name="Mask">Which ones.</param>
    /// <param name="ExplainedVariance">The three forms of explained variance that are in use.</param>
    public sealed record Evaluated(long Tokens, string Mask, VarianceForms ExplainedVariance);

    /// <summary>Explained variance in three forms; null where a dictionary was measured before there was the form.</summary>
    /// <param name="Pooled">1 − Σ‖x − x̂‖² / Σ‖x − μ‖²: the one that pages show.</param>
    /// <param name="ByToken">Mean over tokens of 1 − ‖x − x̂‖² / ‖x − μ‖².</param>
    /// <param name="OfResidual">1 − variance of x − x̂ / variance of x: a common offset costs nothing.</param>
    public sealed record VarianceForms(double Pooled, double? ByToken, double? OfResidual);

    /// <summary>What is counted on the indexed tokens.</summary>
    /// <param name="Tokens">How many tokens.</param>
    /// <param name="L0">Activations by token of the index: of other tokens than the evaluation's.</param>
    /// <param name="UltralowLimit">The density below which a feature that fires is called ultralow.</param>
    /// <param name="Resolution">The density of a feature that fires once.</param>
    /// <param name="PaperLimit">The paper's threshold.</param>
    /// <param name="BelowPaperLimit">Features that fire with less than that; null where the resolution is no finer than the threshold.</param>
    public sealed record Densities(long Tokens, double L0, double UltralowLimit, double Resolution, double PaperLimit, int? BelowPaperLimit);

    /// <summary>A feature that detects a context.</summary>
    public sealed record Detector(string Name, int Feature, double Pearson, double Specificity, double Recall);

    /// <summary>A neuron that detects a context.</summary>
    public sealed record NeuronDetector(string Name, int Neuron, double Pearson, double Specificity, double Recall);
}
