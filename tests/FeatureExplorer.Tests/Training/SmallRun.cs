using FeatureExplorer.Analysis.Formation;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Configuration;

namespace FeatureExplorer.Tests.Training;

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

    /// <summary>Gives a dictionary a history where its training was too fast to leave one.</summary>
    public static void KeepHistory(DataFolder folder, DictionaryInfo dictionary)
    {
        var file = folder.Formation(dictionary.Model, dictionary.Name);
        if (!File.Exists(file))
        {
            var history = new FormationHistory(dictionary.Features);
            var features = Enumerable.Range(0, dictionary.Features).Select(i => (0.01 * (i + 1), 1f + i, i % 2 == 0 ? "dna" : null, 0.25)).ToArray();
            history.Add(10, features, []);
            history.Add(20, features, [.. features.Select(static (_, i) => i / 100f)]);
            history.Save(file);
        }
    }
}
