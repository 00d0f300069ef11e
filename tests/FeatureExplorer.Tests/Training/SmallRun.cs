using FeatureExplorer.Analysis.Formation;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Tests.Training;

/// <summary>A run on the demo corpus of about a second on an idle machine.</summary>
internal static class SmallRun
{
    public static RunConfiguration Configuration { get; } = RunPreset.Demo with
    {
        Preset = RunConfiguration.Custom,
        Transformer = new TransformerSettings { Vocabulary = 400, DModel = 32, DMlp = 64, Context = 64, Tokens = 40_000 },
        HeldOutTokens = 20_000,
        IndexTokens = 15_000,
        EvaluationTokens = 2_048,
        FormingShare = 0.05,
        Dictionaries = [DictionarySettings.For("1", 48) with { Samples = 20_000, Batch = 256, LearningRate = 1e-3f, Lambda = 7e-3f }],
    };

    private static readonly Lazy<TemporaryFolder> Template = new(static () =>
    {
        var folder = new TemporaryFolder();
        // Nobody disposes of what is static.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        new RunPipeline(FeatureDatabase.Open(new DataFolder(folder.Path)), TimeProvider.System, static _ => { }).Run(Configuration);
        TemporaryFolder.Close(folder.Path);
        return folder;
    });

    /// <summary>Copies a data folder in which the run has finished, as it is when it has run there; it is made once for all tests.</summary>
    public static void CopyFinished(string folder) => Copy(Template.Value.Path, folder);

    /// <summary>Copies its tokenised text alone, which takes longest to make; contexts and all the rest are yet to be computed.</summary>
    public static void CopyCorpus(string folder)
    {
        var corpora = Path.Combine(folder, "corpora");
        Copy(Path.Combine(Template.Value.Path, "corpora"), corpora);
        foreach (var contexts in Directory.GetDirectories(corpora, "contexts*", SearchOption.AllDirectories))
        {
            Directory.Delete(contexts, recursive: true);
        }
    }

    private static void Copy(string from, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var directory in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(folder, Path.GetRelativePath(from, directory)));
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(from, file));
            File.Copy(file, copy);
            File.SetLastWriteTimeUtc(copy, File.GetLastWriteTimeUtc(file));
        }
    }

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
