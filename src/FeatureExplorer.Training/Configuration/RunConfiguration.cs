using System.Text.Json.Serialization;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Configuration;

/// <summary>What a run is asked to do: every setting. <see cref="RunConfigurationJson"/> reads and writes it.</summary>
public sealed record RunConfiguration
{
    /// <summary>Name of the configuration that was changed none, or "custom".</summary>
    public const string Custom = "custom";

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
