using FeatureExplorer.Web.Training;

namespace FeatureExplorer.Tests.Web.Training;

/// <summary>A run on the demo corpus that takes two or three seconds.</summary>
internal static class SmallRun
{
    public static RunConfiguration Configuration { get; } = RunPreset.Demo with
    {
        Preset = RunConfiguration.Custom,
        Transformer = new TransformerSettings { Vocabulary = 400, Tokens = 40_000 },
        HeldOutTokens = 20_000,
        IndexTokens = 15_000,
        EvaluationTokens = 2_048,
        FormingShare = 0.05,
        Dictionaries = [DictionarySettings.For("1", 48) with { Samples = 20_000, Batch = 256, LearningRate = 1e-3f, Lambda = 7e-3f }],
    };
}
