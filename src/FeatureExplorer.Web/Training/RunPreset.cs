using FeatureExplorer.Engine.Dictionaries;

namespace FeatureExplorer.Web.Training;

/// <summary>Sizes and settings of a run that are known to work together.</summary>
public sealed record RunPreset
{
    public required string Name { get; init; }

    /// <summary>Token ids.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Tokens to train the transformer on; less than a pass when the corpus is large, more than one when it is small.</summary>
    public required long TransformerTokens { get; init; }

    /// <summary>Passes over the training split at most.</summary>
    public required double LargestPasses { get; init; }

    /// <summary>Tokens to hold out, if the corpus is large enough.</summary>
    public required long HeldOutTokens { get; init; }

    /// <summary>Held-out tokens to index at most.</summary>
    public required long IndexTokens { get; init; }

    /// <summary>Held-out tokens for losses and reconstruction metrics at most.</summary>
    public required long EvaluationTokens { get; init; }

    /// <summary>The dictionaries by name, in the order in which they are trained.</summary>
    public required IReadOnlyList<KeyValuePair<string, DictionaryOptions>> Dictionaries { get; init; }

    /// <summary>Ready in about two minutes on two cores: one dictionary on a corpus that the program writes.</summary>
    public static RunPreset Demo { get; } = new()
    {
        Name = "demo",
        Vocabulary = 2048,
        TransformerTokens = 2_500_000,
        LargestPasses = 1,
        HeldOutTokens = 300_000,
        IndexTokens = 300_000,
        EvaluationTokens = 65_536,
        Dictionaries = [new("1", new DictionaryOptions { Features = 2048, Samples = 1_000_000, LambdaWarmup = 0.1 })],
    };

    /// <summary>Two dictionaries on one model, as in the paper: A/0 with 512 features, A/1 with 4,096.</summary>
    public static RunPreset Standard { get; } = new()
    {
        Name = "standard",
        Vocabulary = 8192,
        TransformerTokens = 30_000_000,
        LargestPasses = 1,
        HeldOutTokens = 2_200_000,
        IndexTokens = 2_500_000,
        EvaluationTokens = 204_800,
        Dictionaries = [new("0", DictionaryOptions.Preset(512)), new("1", DictionaryOptions.Preset(4096))],
    };

    public static IReadOnlyList<RunPreset> All { get; } = [Demo, Standard];

    /// <exception cref="ArgumentException">There is no preset of that name.</exception>
    public static RunPreset Find(string name) => All.FirstOrDefault(preset => preset.Name == name)
        ?? throw new ArgumentException($"There is no preset \"{name}\"; there are {string.Join(" and ", All.Select(preset => preset.Name))}.");
}
