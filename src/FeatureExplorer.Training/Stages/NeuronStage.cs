using System.Diagnostics;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Training.Stages;

/// <summary>
/// Publishes a model's neurons as a dictionary of their own, with index, contexts and statistics over the tokens of the model's other
/// dictionaries, so that features and neurons are compared like with like. Left alone while model, corpus and tokens stay the same.
/// </summary>
/// <param name="database">Where they are published.</param>
/// <param name="time">For the time of creation.</param>
/// <param name="backend">Where; null: the CPU engine.</param>
public sealed class NeuronStage(FeatureDatabase database, TimeProvider time, IComputeBackend? backend = null)
{
    private const string RecordName = "neurons";

    // Encoding takes most of the time; counting statistics the rest.
    private const double IndexingShare = 0.9;

    private readonly DataFolder _folder = database.Folder;
    private readonly FeatureStore _store = new(database);

    private sealed record Published(long Stamp);

    /// <summary>Measures and publishes the neurons of a model, unless that has been done.</summary>
    /// <param name="dictionary">A dictionary of the model; the neurons are measured on its tokens.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Stops it; an older publication stays.</param>
    public void Run(DictionaryInfo dictionary, IProgress<double> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        using var model = TransformerModel.Load(_folder.Model(dictionary));
        using var corpus = TokenizedCorpus.Open(_folder.Corpus(dictionary.Provenance.CorpusHash));
        var header = new IndexHeader { Corpus = corpus.Hash, Tokenizer = corpus.Tokenizer.Hash, Model = model.Hash, Dictionary = DictionaryDraft.Neurons };
        var fingerprint = StageRecord.Fingerprint(header, dictionary.Provenance.Tokens);
        var place = new StageFolders(database).Dictionary(dictionary.Model, DictionaryDraft.Neurons, fingerprint, RecordName);
        var directory = _folder.Dictionary(dictionary.Model, place);
        var older = _store.NeuronsOf(dictionary.Model);
        if (StageRecord.Find<Published>(directory, RecordName, fingerprint, Path.GetFileName(_folder.Index(dictionary.Model, place))) is { } published
            && published.Stamp == older?.Stamp && File.Exists(_folder.Index(dictionary.Model, place)))
        {
            return;
        }

        using var contexts = ContextSet.Open(_folder.Contexts(dictionary.Provenance.CorpusHash));
        var info = Publish(dictionary, place, model, corpus, contexts, header, progress, cancellation);
        StageRecord.Write(directory, RecordName, fingerprint, new Published(info.Stamp));
        ReplacedFiles.Remove(_folder, older, info);
    }

    private DictionaryInfo Publish(
        DictionaryInfo dictionary, string place, TransformerModel model, TokenizedCorpus corpus, ContextSet contexts, IndexHeader header, IProgress<double> progress,
        CancellationToken cancellation)
    {
        var file = _folder.Index(dictionary.Model, place);
        var start = Stopwatch.GetTimestamp();
        using (var encoder = new NeuronEncoder(model, backend: backend))
        {
            ActivationIndexBuilder.Build(
                file, corpus.HeldOut, dictionary.Provenance.Tokens, encoder, header,
                new StageProgress.Direct<double>(share => progress.Report(IndexingShare * share)), cancellation);
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using var index = ActivationIndex.Open(file);
        using var identity = NeuronEncoder.Identity(model.Config.DMlp);
        var analyzer = new FeatureAnalyzer(index, corpus.HeldOut, contexts, identity, model, corpus.UnigramCounts);
        var text = new TokenText(corpus.Tokenizer);
        var reports = analyzer.Analyze(new StageProgress.Direct<double>(share => progress.Report(IndexingShare + ((1 - IndexingShare) * share))), cancellation);
        return new RunWriter(database).Publish(
            Draft(dictionary, place, index, contexts, seconds), reports, tokens => text.Line([.. tokens]),
            () => analyzer.BestOfContexts, cancellationToken: cancellation);
    }

    /// <summary>Neurons reconstruct themselves: what a dictionary loses is nothing here, and what ablation costs is the model's own.</summary>
    private DictionaryDraft Draft(DictionaryInfo dictionary, string place, ActivationIndex index, ContextSet contexts, double seconds) => new()
    {
        Model = dictionary.Model,
        Name = DictionaryDraft.Neurons,
        Folder = place == DictionaryDraft.Neurons ? null : place,
        ModelFolder = dictionary.ModelFolder,
        Features = index.Features,
        Variant = "identity",
        Lambda = 0,
        Metrics = dictionary.Metrics with
        {
            L0 = (double)index.Activations / index.Tokens,
            ExplainedVariance = 1,
            MeanSquaredError = 0,
            LossReconstructed = dictionary.Metrics.Loss,
        },
        Samples = 0,
        SamplesPerSecond = 0,
        Index = new IndexSummary(index.Tokens, index.Activations, index.BytesPerActivation, seconds),
        Contexts = contexts.Contexts,
        BestNeurons = new Dictionary<string, ContextDetector>(),
        Provenance = dictionary.Provenance with { Tokens = index.Tokens, Mask = Provenance.MaskOf(index.Tokens, dictionary.Provenance.HeldOutTokens), Version = typeof(NeuronStage).Assembly.GetName().Version!.ToString(3) },
        Created = time.GetUtcNow().UtcDateTime,
    };
}
