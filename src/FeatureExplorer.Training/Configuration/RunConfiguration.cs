using System.Text.Json.Serialization;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Configuration;

/// <summary>What a run is asked to do: every setting. <see cref="RunConfigurationJson"/> reads and writes it.</summary>
public sealed record RunConfiguration
{
    /// <summary>Name of the configuration that was changed none, or "custom".</summary>
    public const string Custom = "custom";

    /// <summary>In the place of a preset's name: the run imports.</summary>
    public const string ImportKind = "import";

    /// <summary>Files, folders, and corpora that were added (<see cref="CorpusFolder.Prefix"/> and their name); empty for the demo corpus that the program writes itself.</summary>
    public IReadOnlyList<string> Corpus { get; init; } = [];

    /// <summary>Name of the preset that it began as.</summary>
    public string Preset { get; init; } = Custom;

    /// <summary>The share of each domain's documents to keep: "arabic=0.1,dna=0.05".</summary>
    public string Keep { get; init; } = string.Empty;

    public ulong Seed { get; init; }

    /// <summary>Name of the model, and the first part of every address of its dictionaries.</summary>
    public string Model { get; init; } = "A";

    public required TransformerSettings Transformer { get; init; }

    /// <summary>Whether a finished model or dictionary of the same name gives way to this run's, once that is complete. Its labels stay.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Replace { get; init; }

    /// <summary>One of <see cref="RunControl.All"/>: the dictionaries are trained on a control in place of the model of these settings, which has to be there; null: on the model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Control { get; init; }

    /// <summary>Hash of the weights of an imported model, which the dictionaries are trained on; null for a model that the run trains. Set when the names are settled.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Imported { get; init; }

    /// <summary>What it imports, in place of everything that it would train; null for a run that trains.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImportSettings? Import { get; init; }

    /// <summary>Those that read the same site are trained together (<see cref="DictionaryGroups"/>).</summary>
    public required IReadOnlyList<DictionarySettings> Dictionaries { get; init; }

    /// <summary>Tokens to hold out, if the corpus is large enough.</summary>
    public required long HeldOutTokens { get; init; }

    /// <summary>Held-out tokens to index at most.</summary>
    public required long IndexTokens { get; init; }

    /// <summary>Held-out tokens for losses and reconstruction metrics at most.</summary>
    public required long EvaluationTokens { get; init; }

    /// <summary>Share of a dictionary's training time that may go into making its features browsable meanwhile; 0 for none.</summary>
    public double FormingShare { get; init; } = 0.05;

    /// <summary>Multiple of its maximum at which every live feature is held when all is trained, to see how far it moves text into its context; null: that is not measured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Steer { get; init; }

    /// <summary>Where it computes: <c>auto</c>, <c>cpu</c>, <c>torch:cpu</c>, <c>cuda:0</c>, <c>mps</c> (<see cref="DevicePlacement"/>).</summary>
    public string Device { get; init; } = DevicePlacement.Auto;

    /// <summary>Precision of matrix products: <c>float32</c>, <c>tf32</c>, <c>bf16</c>. The CPU engine has the first alone.</summary>
    public string Precision { get; init; } = DevicePlacement.Float32;

    /// <summary>Kind of device, library and precision that the run began on, which its results are tied to; null before it is placed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BeganOn { get; init; }

    /// <summary>Whether it may go on where it gets other bits than where it began.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool DeviceChange { get; init; }

    /// <summary>A run that imports.</summary>
    /// <param name="model">Name of the model here.</param>
    /// <param name="import">What it brings in.</param>
    /// <param name="corpus">Text for the model; empty for the demo corpus, and where the model is there.</param>
    public static RunConfiguration Importing(string model, ImportSettings import, IReadOnlyList<string> corpus) => RunPreset.Demo with
    {
        Preset = ImportKind,
        Model = model,
        Import = import,
        Corpus = corpus,
        Dictionaries = [],
    };

    /// <summary>What the first start does on an empty data folder.</summary>
    public static RunConfiguration Demo => RunPreset.Demo;

    /// <summary>Everything that does not work, by setting; empty when it can run.</summary>
    public IReadOnlyList<RunProblem> Problems() => RunChecks.Of(this);

    /// <summary>Throws an <see cref="ArgumentException"/> that names every value that does not work.</summary>
    public void Validate()
    {
        var problems = Problems();
        if (problems.Count > 0)
        {
            throw Refusal(problems);
        }
    }

    /// <summary>The exception that names every problem.</summary>
    public static ArgumentException Refusal(IEnumerable<RunProblem> problems) =>
        new("The run's settings do not work. " + string.Join(" ", problems.Select(p => $"{p.Field}: {p.Message}")));

    /// <summary>The mixture that <see cref="Keep"/> describes.</summary>
    /// <exception cref="ArgumentException">It describes none.</exception>
    public Mixture Mixture() => Engine.Text.Corpora.Mixture.Parse(Keep);
}
