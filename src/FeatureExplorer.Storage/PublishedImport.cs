using System.Security.Cryptography;
using FeatureExplorer.Analysis.Imports;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries;

namespace FeatureExplorer.Storage;

/// <summary>Imports the feature files of the paper's browser as the read-only dictionary anthropic/A1.</summary>
public sealed class PublishedImport(FeatureDatabase database, TimeProvider time)
{
    /// <summary>Name of the model.</summary>
    public const string Model = "anthropic";

    /// <summary>Name of the dictionary.</summary>
    public const string Name = "A1";

    /// <summary>What stands in place of a corpus's hash.</summary>
    public const string Corpus = "published";

    private const string Version = "2023-10";

    /// <summary>
    /// Reads a file or a folder and publishes what is good; an older import is replaced in one step. Nothing is published where no file is good.
    /// </summary>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="InvalidOperationException">A model of this name was trained here.</exception>
    /// <exception cref="InvalidDataException">A file changed while it was read.</exception>
    public PublishedImportResult Run(string path, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        if (new FeatureStore(database).FindModel(Model) is { Note: null })
        {
            throw new InvalidOperationException($"A model named {Model} was trained in {database.Folder.Root}; the import needs that name. Import into another data folder.");
        }

        var features = PublishedFeatures.Read(path, progress, cancellation);
        return features.Count == 0
            ? new PublishedImportResult(null, 0, features.Problems)
            : new PublishedImportResult(Publish(features, cancellation).Id, features.Count, features.Problems);
    }

    private DictionaryInfo Publish(PublishedFeatures features, CancellationToken cancellation)
    {
        var vocabulary = features.Vocabulary.ToJson();
        var file = $"vocabulary-{Convert.ToHexStringLower(SHA256.HashData(vocabulary).AsSpan(0, 8))}.json";
        // By its content: the older import's pages go on with their own until the new one is published.
        Checksums.Write(Path.Combine(database.Folder.Dictionary(Model, Name), file), stream => stream.Write(vocabulary));
        var writer = new RunWriter(database);
        writer.SaveModel(ModelOf());
        var tokens = features.Vocabulary.Tokens;
        return writer.Publish(Draft(features, file), features.Reports(), ids => string.Concat(ids.Select(id => tokens[id])), cancellationToken: cancellation);
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

    private DictionaryDraft Draft(PublishedFeatures features, string vocabulary) => new()
    {
        Model = Model,
        Name = Name,
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
