using System.Diagnostics;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Dictionaries.Evaluation;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Imports;

/// <summary>From the weights of a dictionary that nothing trains here to its pages: figures, contexts, index and statistics over one text.</summary>
/// <param name="database">Where it is published.</param>
/// <param name="time">For the time of creation.</param>
/// <param name="warn">Receives problems that do not stop it.</param>
/// <param name="backend">Where it computes; null: the CPU engine.</param>
internal sealed class DictionaryPublisher(FeatureDatabase database, TimeProvider time, Action<string> warn, IComputeBackend? backend)
{
    private const long EvaluationTokens = 65_536;

    private readonly DataFolder _folder = database.Folder;
    private readonly FeatureStore _store = new(database);

    /// <summary>Measures, indexes and publishes it.</summary>
    /// <param name="work">The dictionary, its model and text; its weights are in its folder.</param>
    /// <param name="describe">Adds to the draft what is known of it beside its figures.</param>
    /// <param name="source">Hash of what it was made from.</param>
    /// <param name="progress">Told of five stages.</param>
    /// <param name="cancellation">Ends it; nothing is published then.</param>
    public DictionaryInfo Publish(PublishedWork work, Func<DictionaryDraft, DictionaryDraft> describe, string source, StageProgress progress, CancellationToken cancellation)
    {
        progress.Begin("Measuring the dictionary");
        var metrics = DictionaryEvaluator.Evaluate(work.Model, work.Dictionary, work.Text.Corpus.HeldOut, Evaluated(work), progress.Fractions(), backend: backend, cancellation: cancellation);
        progress.End(FormattableString.Invariant($"L0 {metrics.L0:0.0}, explained variance {metrics.ExplainedVariance:0.000}, loss recovered {metrics.LossRecovered:0.000}"));
        using var contexts = new ContextStage(_folder, warn).Run(work.Text.Corpus, work.Text.Id, work.Tokens, progress, cancellation);
        var neurons = Neurons(work, contexts, progress, cancellation);
        var (index, seconds) = BuildIndex(work, progress, cancellation);
        using var _ = index;
        progress.Begin($"Counting statistics of {work.Info.Name}/{work.Name}");
        var analyzer = new FeatureAnalyzer(index, work.Text.Corpus.HeldOut, contexts, work.Dictionary, work.Model, work.Text.Corpus.UnigramCounts);
        var text = new TokenText(work.Text.Corpus.Tokenizer);
        var draft = describe(Draft(work, metrics, contexts, new IndexSummary(index.Tokens, index.Activations, index.BytesPerActivation, seconds), neurons));
        var info = new RunWriter(database).Publish(
            draft, analyzer.Analyze(progress.Fractions(), cancellation), sequence => text.Line([.. sequence]), () => analyzer.BestOfContexts, cancellationToken: cancellation);
        StageRecord.Write(_folder.Dictionary(info), DictionaryImporter.RecordName, StageRecord.Fingerprint(source, index.Header), draft.Provenance);
        progress.End($"{info.Dead} dead, {info.Ultralow} ultralow");
        return info;
    }

    /// <summary>The windows that the model's other dictionaries were measured on, so that their figures can be compared.</summary>
    private long Evaluated(PublishedWork work) => Others(work).Select(dictionary => dictionary.Metrics.TokensAskedFor(work.Model.Config.Context)).DefaultIfEmpty(EvaluationTokens).Max();

    private IEnumerable<DictionaryInfo> Others(PublishedWork work) =>
        _store.Dictionaries().Where(dictionary => dictionary.Model == work.Info.Name && dictionary.Provenance.CorpusHash == work.Text.Id && dictionary is { Source: null, Forming: null });

    private (ActivationIndex Index, double Seconds) BuildIndex(PublishedWork work, StageProgress progress, CancellationToken cancellation)
    {
        progress.Begin($"Indexing {work.Info.Name}/{work.Name}");
        var start = Stopwatch.GetTimestamp();
        var file = _folder.Index(work.Info.Name, work.Name);
        var header = new IndexHeader { Corpus = work.Text.Corpus.Hash, Tokenizer = work.Text.Corpus.Tokenizer.Hash, Model = work.Model.Hash, Dictionary = work.Dictionary.Hash };
        using (var encoder = new ModelFeatureEncoder(work.Model, work.Dictionary, backend: backend))
        {
            ActivationIndexBuilder.Build(file, work.Text.Corpus.HeldOut, work.Tokens, encoder, header, progress.Fractions(), cancellation);
        }

        var index = ActivationIndex.Open(file);
        progress.End(FormattableString.Invariant($"{index.Activations} activations of {index.Tokens} tokens"));
        return (index, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private DictionaryDraft Draft(PublishedWork work, DictionaryMetrics metrics, ContextSet contexts, IndexSummary index, IReadOnlyDictionary<string, ContextDetector> neurons) => new()
    {
        Model = work.Info.Name,
        Name = work.Name,
        ModelFolder = work.Info.Folder,
        Features = work.Dictionary.Features,
        Variant = DictionaryImporter.VariantOf(work.Dictionary.Activation),
        Lambda = double.NaN,
        Metrics = metrics,
        Samples = 0,
        SamplesPerSecond = double.NaN,
        Index = index,
        Contexts = contexts.Contexts,
        BestNeurons = neurons,
        Provenance = new Provenance(
            work.Text.Id, index.Tokens, Provenance.MaskOf(index.Tokens, work.Text.Corpus.HeldOut.Count), 0, typeof(DictionaryImporter).Assembly.GetName().Version!.ToString(3))
        { HeldOutTokens = work.Text.Corpus.HeldOut.Count, OtherText = work.Text.Other },
        Created = time.GetUtcNow().UtcDateTime,
    };

    /// <summary>The best neuron of each context, as the model's other dictionaries have them; measured where it has none.</summary>
    private IReadOnlyDictionary<string, ContextDetector> Neurons(PublishedWork work, ContextSet contexts, StageProgress progress, CancellationToken cancellation)
    {
        if (Others(work).FirstOrDefault(static dictionary => dictionary.BestNeurons.Count > 0) is { } other)
        {
            return other.BestNeurons;
        }

        progress.Begin("Measuring neurons");
        if (RelateStage.TooManyNeurons(work.Info, contexts.Tokens))
        {
            progress.End("left out: they are too many");
            return new Dictionary<string, ContextDetector>();
        }

        var best = NeuronContexts.Of(work.Model, work.Text.Corpus.HeldOut, contexts, progress.Fractions(), backend, cancellation);
        progress.End(FormattableString.Invariant($"{best.Count} contexts"));
        return best.Where(static neuron => neuron.Feature >= 0).ToDictionary(static neuron => neuron.Name, static neuron => new ContextDetector(neuron.Feature, neuron.Pearson, neuron.Specificity, neuron.Recall));
    }
}
