namespace FeatureExplorer.Training.Configuration;

/// <summary>Configurations that are known to work together; starting points for others.</summary>
public static class RunPreset
{
    /// <summary>Ready in about three minutes on two cores: a small and a large dictionary, whose features split those of the small one, on a corpus that the program writes.</summary>
    public static RunConfiguration Demo { get; } = new()
    {
        Preset = "demo",
        Transformer = new TransformerSettings { Vocabulary = 2048, Tokens = 2_200_000 },
        HeldOutTokens = 300_000,
        IndexTokens = 300_000,
        EvaluationTokens = 65_536,
        // Its training is short: with the usual share the finished features would be there before any that form.
        FormingShare = 0.2,
        Dictionaries =
        [
            DictionarySettings.For("0", 512) with { Samples = 500_000, OwnStart = true },
            new DictionarySettings { Name = "1", Features = 2048, Samples = 1_000_000, LambdaWarmup = 0.1, OwnStart = true },
        ],
    };

    /// <summary>Two dictionaries on one model, as in the paper: A/0 with 512 features, A/1 with 4,096.</summary>
    public static RunConfiguration Standard { get; } = new()
    {
        Preset = "standard",
        Transformer = new TransformerSettings { Vocabulary = 8192, Tokens = 40_000_000 },
        HeldOutTokens = 2_200_000,
        IndexTokens = 2_500_000,
        EvaluationTokens = 204_800,
        Dictionaries = [DictionarySettings.For("0", 512) with { OwnStart = true }, DictionarySettings.For("1", 4096) with { OwnStart = true }],
    };

    public static IReadOnlyList<RunConfiguration> All { get; } = [Demo, Standard];

    /// <summary>The configuration of a preset.</summary>
    /// <exception cref="ArgumentException">There is no preset of that name.</exception>
    public static RunConfiguration Find(string name) => All.FirstOrDefault(preset => preset.Preset == name)
        ?? throw new ArgumentException($"There is no preset \"{name}\"; there are {string.Join(" and ", All.Select(preset => preset.Preset))}.");
}
