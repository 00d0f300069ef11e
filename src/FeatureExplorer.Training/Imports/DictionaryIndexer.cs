using System.Diagnostics;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Names;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Imports;

/// <summary>
/// Indexes a finished dictionary over another text: makes a new dictionary with the same weights, whose index, statistics and pages are of that text. The old one stays as it is. After an error or a
/// cancellation nothing of the new one is left but the tokenised text.
/// </summary>
/// <param name="database">Where it is published.</param>
/// <param name="time">For the time of creation.</param>
/// <param name="warn">Receives problems that do not stop it.</param>
/// <param name="backend">Where it computes; null: the CPU engine.</param>
public sealed class DictionaryIndexer(FeatureDatabase database, TimeProvider time, Action<string> warn, IComputeBackend? backend = null)
{
    /// <summary>Stages that it reports.</summary>
    public const int Stages = DictionaryImporter.Stages + 1;

    private readonly DataFolder _folder = database.Folder;
    private readonly FeatureStore _store = new(database);

    /// <summary>Does it.</summary>
    /// <exception cref="ArgumentException">There is no such dictionary, it has no weights, the name is taken, or no text is named.</exception>
    /// <exception cref="InvalidDataException">The text cannot be read or is too short, or a file is damaged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing is left of it.</exception>
    public DictionaryIndexResult Run(DictionaryIndexRequest request, StageProgress progress, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        if (request.Corpus.Count == 0)
        {
            throw new ArgumentException($"There is no text to index {request.Dictionary} over: name files or folders with --corpus.");
        }

        var start = Stopwatch.GetTimestamp();
        progress.Begin("Reading the dictionary");
        var source = new ContinuedDictionaries(database).Find(request.Dictionary).Info;
        var info = _store.FindModel(source.Model)!;
        var name = new ImportName(database, time).Of(info.Name, request.Name);
        using var dictionary = SparseAutoencoder.Load(_folder.Dictionary(source));
        using var model = TransformerModel.Load(_folder.Model(info));
        progress.End($"{dictionary.Features} features on {dictionary.Site}");
        var texts = new ModelTexts(database, warn);
        using var text = texts.Other(info, request.Corpus, progress, cancellation);
        var tokens = texts.Tokens(text, request.Tokens);
        var directory = _folder.Dictionary(info.Name, name);
        try
        {
            Copy(_folder.Dictionary(source), directory);
            var work = new PublishedWork(info, name, dictionary, model, text, tokens);
            var published = new DictionaryPublisher(database, time, warn, backend).Publish(work, draft => Describe(draft, source, work), dictionary.Hash, progress, cancellation);
            if (request.Relates)
            {
                new RelateStage(database, time, backend) { Ablates = request.Ablates }.Run(progress, cancellation);
            }

            return Result(published, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        catch when (_store.FindDictionary(info.Name, name) is null)
        {
            // What was published stays, with relations to be computed by the next run or "relate".
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    // The very files: what other tools wrote in their metadata stays, and so does the hash.
    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in SparseAutoencoder.Files.SelectMany(file => Directory.EnumerateFiles(from, file + "*")))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    /// <summary>How the weights came to be is known; everything else is new.</summary>
    private static DictionaryDraft Describe(DictionaryDraft draft, DictionaryInfo source, PublishedWork work) => draft with
    {
        Variant = source.Variant,
        Lambda = source.Lambda,
        Samples = source.Samples,
        SamplesPerSecond = source.SamplesPerSecond,
        Origin = source.Origin is { } origin ? origin with { Warnings = [] } : null,
        Provenance = draft.Provenance with
        {
            Seed = source.Provenance.Seed,
            Device = source.Provenance.Device,
            Continues = source.Provenance.Continues,
            OtherText = draft.Provenance.OtherText! with { Of = source.Id, Warnings = FigureWarnings.Of(source.Origin, draft.Metrics, work) },
        },
    };

    private static DictionaryIndexResult Result(DictionaryInfo info, double seconds)
    {
        var (metrics, text, index) = (info.Metrics, info.Provenance.OtherText!, info.Index);
        return new DictionaryIndexResult(
            info.Id, text.Of!, text.Name, text.Summary, info.Provenance.CorpusHash, metrics.L0, metrics.ExplainedVariance, metrics.LossRecovered, metrics.Loss, metrics.LossReconstructed,
            info.Dead, info.Ultralow, new IndexResult(index.Tokens, index.Activations, index.BytesPerActivation, index.Seconds), seconds)
        { EvaluationTokens = metrics.Tokens, Warnings = text.Warnings };
    }
}
