using System.Globalization;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Imports;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Dictionaries.Evaluation;

namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>What a run knows of a dictionary before its features are counted; <see cref="RunWriter"/> adds the rest from the reports.</summary>
public record DictionaryDraft
{
    /// <summary>Name of the dictionary whose features are the model's own neurons.</summary>
    public const string Neurons = "neurons";

    /// <summary>Name of the model: "A".</summary>
    public required string Model { get; init; }

    /// <summary>Name within the model: "1".</summary>
    public required string Name { get; init; }

    /// <summary>Number of features, m.</summary>
    public required int Features { get; init; }

    /// <summary>Training recipe: "paper-2023".</summary>
    public required string Variant { get; init; }

    /// <summary>L1 coefficient on normalised activations.</summary>
    public required double Lambda
    {
        get;
        // From a float: of all doubles that round to it the one with the fewest digits, 0.007 and not 0.00700000022.
        init => field = double.Parse(((float)value).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    public required DictionaryMetrics Metrics { get; init; }

    /// <summary>Activation vectors it was trained on.</summary>
    public required long Samples { get; init; }

    public required double SamplesPerSecond { get; init; }

    public required IndexSummary Index { get; init; }

    /// <summary>All contexts, in the order of the context files.</summary>
    public required IReadOnlyList<ContextInfo> Contexts { get; init; }

    /// <summary>Best neuron by context name; a context without one is missing.</summary>
    public required IReadOnlyDictionary<string, ContextDetector> BestNeurons { get; init; }

    public required Provenance Provenance { get; init; }

    public required DateTime Created { get; init; }

    /// <summary>Where published features come from that have no weights here; null for a dictionary with weights.</summary>
    public DictionarySource? Source { get; init; }

    /// <summary>The files of another tool that its weights were imported from; null for one that was trained here.</summary>
    public DictionaryOrigin? Origin { get; init; }

    /// <summary>The density below which a feature that fires is ultralow.</summary>
    public double UltralowLimit => Source is null ? FeatureReport.UltralowLimit(Provenance.Tokens) : PublishedFeatures.UltralowDensity;

    /// <summary>How far its training was when its features were counted; null once it is finished.</summary>
    public FormingStep? Forming { get; init; }

    /// <summary>Its folder among the model's dictionaries, where that is not its name: a dictionary that took the place of another was made beside it.</summary>
    public string? Folder { get; init; }

    /// <summary>The folder of the model that it reads, where that is not the model's name (<see cref="ModelInfo.Folder"/>).</summary>
    public string? ModelFolder { get; init; }

    /// <summary>Name as in URLs: "A/1".</summary>
    public string Id => $"{Model}/{Name}";

    /// <summary>Whether its features are the model's neurons.</summary>
    public bool AreNeurons => Name == Neurons;
}
