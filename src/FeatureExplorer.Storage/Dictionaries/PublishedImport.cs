using System.Security.Cryptography;
using FeatureExplorer.Analysis.Imports;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries.Evaluation;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Features;

namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>Imports the feature files of the paper's browser as the read-only dictionary anthropic/A1, or another of that model.</summary>
public sealed class PublishedImport(FeatureDatabase database, TimeProvider time)
{
    /// <summary>Name of the model.</summary>
    public const string Model = "anthropic";

    /// <summary>Name of the dictionary where none is given.</summary>
    public const string Name = "A1";

    /// <summary>What stands in place of a corpus's hash.</summary>
    public const string Corpus = "published";

    private const string Version = "2023-10";

    /// <summary>
    /// Reads a file or a folder and publishes what is good. An older import of the same name is left alone, unless it is to be replaced; then pages show it until
    /// the new one is complete. Nothing is published where no file is good.
    /// </summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="name">Of the dictionary.</param>
    /// <param name="replace">Whether an older import of the same name gives way.</param>
    /// <param name="progress">Receives the share that is read.</param>
    /// <param name="cancellation">Stops it; an older import stays.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="InvalidOperationException">A model of this name was trained here.</exception>
    /// <exception cref="InvalidDataException">A file changed while it was read.</exception>
    public PublishedImportResult Run(
        string path, string name = Name, bool replace = false, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        DemandName(name, replace);

        var features = PublishedFeatures.Read(path, progress, cancellation);
        return features.Count == 0
            ? new PublishedImportResult(null, 0, features.Problems)
            : new PublishedImportResult(Publish(features, name, cancellation).Id, features.Count, features.Problems);
    }

    private void DemandName(string name, bool replace)
    {
        var store = new FeatureStore(database);
        if (store.Models().FirstOrDefault(static model => string.Equals(model.Name, Model, StringComparison.OrdinalIgnoreCase)) is { Note: null } trained)
        {
            throw new InvalidOperationException($"A model named {trained.Name} was trained in {database.Folder.Root}; the import needs that name. Import into another data folder.");
        }

        var names = store.Dictionaries().Where(static dictionary => dictionary.Model == Model).Select(static dictionary => dictionary.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (names.TryGetValue(name, out var taken) && !(replace && taken == name))
        {
            var free = Enumerable.Range(1, int.MaxValue - 1).Select(static number => $"A{number}").First(other => !names.Contains(other));
            throw new ArgumentException(
                $"{Model}/{taken} is there: import under a name that is free (--name {free})" + (taken == name ? ", or ask for its replacement (--replace)." : "."));
        }
    }

    private DictionaryInfo Publish(PublishedFeatures features, string name, CancellationToken cancellation)
    {
        var vocabulary = features.Vocabulary.ToJson();
        var file = $"vocabulary-{Convert.ToHexStringLower(SHA256.HashData(vocabulary).AsSpan(0, 8))}.json";
        // By its content: the older import's pages go on with their own until the new one is published.
        Checksums.Write(Path.Combine(database.Folder.Dictionary(Model, name), file), stream => stream.Write(vocabulary));
        var writer = new RunWriter(database);
        writer.SaveModel(ModelOf());
        var tokens = features.Vocabulary.Tokens;
        return writer.Publish(Draft(features, name, file), features.Reports(), ids => string.Concat(ids.Select(id => tokens[id])), cancellationToken: cancellation);
    }

    private ModelInfo ModelOf() => new()
    {
        Name = Model,
        Layers = 1,
        DModel = 128,
        DMlp = 512,
        Heads = 0,
        Context = 0,
        Vocabulary = 65_536,
        Seed = 0,
        TrainingTokens = 100_000_000_000,
        TokensPerSecond = double.NaN,
        HeldOutLoss = double.NaN,
        CorpusHash = Corpus,
        CorpusSummary = "The Pile",
        Note = "The model of the paper: 1 layer, d_model 128, d_mlp 512 (ReLU), vocabulary 65,536, trained by its authors on 100 G tokens of The Pile. Only its features were published, not its weights.",
        Created = time.GetUtcNow().UtcDateTime,
    };

    private DictionaryDraft Draft(PublishedFeatures features, string name, string vocabulary) => new()
    {
        Model = Model,
        Name = name,
        Features = features.Count,
        Variant = "paper-2023",
        Lambda = double.NaN,
        Metrics = Unknown,
        Samples = 0,
        SamplesPerSecond = double.NaN,
        Index = new IndexSummary(0, 0, double.NaN, double.NaN),
        Contexts = [],
        BestNeurons = new Dictionary<string, ContextDetector>(),
        Provenance = new Provenance(Corpus, PublishedFeatures.Tokens, "10 tokens of each of 10 million contexts", 0, Version),
        Created = time.GetUtcNow().UtcDateTime,
        Source = new DictionarySource(
            "A/1 of Towards Monosemanticity, as its authors published it", "a random sample of at most 1,000 nonzero activations",
            features.Count, features.Problems.Count, vocabulary),
    };

    private static DictionaryMetrics Unknown => new()
    {
        Tokens = 0,
        L0 = double.NaN,
        ExplainedVariance = double.NaN,
        MeanSquaredError = double.NaN,
        Loss = double.NaN,
        LossReconstructed = double.NaN,
        LossZeroAblated = double.NaN,
        LossMeanAblated = double.NaN,
    };
}
