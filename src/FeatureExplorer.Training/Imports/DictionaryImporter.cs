using System.Diagnostics;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Evaluation;
using FeatureExplorer.Engine.Dictionaries.Imports;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Imports;

/// <summary>
/// Makes a dictionary of another tool one of a model of the data folder: its weights in our layout, then index, statistics and relations over the model's corpus, as a run makes them. It replaces
/// nothing; after an error or a cancellation nothing of it is left.
/// </summary>
/// <param name="database">Where it is published.</param>
/// <param name="time">For the time of creation.</param>
/// <param name="warn">Receives problems that do not stop it.</param>
/// <param name="backend">Where it computes; null: the CPU engine.</param>
public sealed class DictionaryImporter(FeatureDatabase database, TimeProvider time, Action<string> warn, IComputeBackend? backend = null)
{
    /// <summary>Stages that it reports.</summary>
    public const int Stages = 5 + RelateStage.Stages;

    /// <summary>What <see cref="DictionaryDraft.Variant"/> says of one with f = ReLU(p), whatever recipe trained it.</summary>
    public const string Relu = "relu";

    internal const string RecordName = "import";

    // As the small preset: a minute or two on two cores.
    private const long UsualTokens = 300_000;
    private const long EvaluationTokens = 65_536;

    private readonly DataFolder _folder = database.Folder;
    private readonly FeatureStore _store = new(database);

    /// <summary>Reads and checks the files without computing or writing anything.</summary>
    /// <exception cref="ArgumentException">There is no such model, or the site or the name does not work.</exception>
    /// <exception cref="InvalidDataException">The files are damaged, not supported, or do not fit the model.</exception>
    public DictionaryFound Check(DictionaryImportRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var info = DemandModel(request.Model);
        _ = new ImportName(database, time).Of(info.Name, request.Name);
        return Look(request, TransformerModel.ReadConfig(_folder.Model(info)));
    }

    /// <summary>The same for a model of given sizes, which need not be in a data folder yet.</summary>
    /// <exception cref="ArgumentException">The site does not work.</exception>
    /// <exception cref="InvalidDataException">The files are damaged, not supported, or do not fit the model.</exception>
    public static DictionaryFound Look(DictionaryImportRequest request, TransformerConfig model)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var imported = DictionaryImport.Read(request.Path, request.Options);
        return Found(imported, Place(imported, request, model));
    }

    /// <summary>Imports it.</summary>
    /// <exception cref="ArgumentException">There is no such model, or the site or the name does not work.</exception>
    /// <exception cref="InvalidDataException">The files are damaged, not supported, or do not fit the model or its corpus.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing is left of it.</exception>
    public DictionaryImportResult Run(DictionaryImportRequest request, StageProgress progress, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        var start = Stopwatch.GetTimestamp();
        progress.Begin("Reading the dictionary");
        var info = DemandModel(request.Model);
        var name = new ImportName(database, time).Of(info.Name, request.Name);
        using var imported = DictionaryImport.Read(request.Path, request.Options);
        using var model = TransformerModel.Load(_folder.Model(info));
        var notes = Place(imported, request, model.Config);
        using var corpus = OpenCorpus(info);
        var tokens = Tokens(request, corpus, info.CorpusHash);
        progress.End($"{imported.Format}, {imported.Architecture}, {imported.Dictionary.Features} features on {SitesOf(imported.Dictionary)}");
        var directory = _folder.Dictionary(info.Name, name);
        try
        {
            imported.Dictionary.Save(directory, Metadata(imported, info));
            var work = new Work(info, name, imported.Dictionary, model, corpus, progress, cancellation);
            var published = Publish(work, imported, notes, tokens);
            if (request.Relates)
            {
                new RelateStage(database, time, backend) { Ablates = request.Ablates }.Run(progress, cancellation);
            }

            return Result(published, Found(imported, notes), Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        catch when (_store.FindDictionary(info.Name, name) is null)
        {
            // What was published stays, with relations to be computed by the next run or "relate".
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    private sealed record Work(ModelInfo Info, string Name, SparseAutoencoder Dictionary, TransformerModel Model, TokenizedCorpus Corpus, StageProgress Progress, CancellationToken Cancellation);

    private ModelInfo DemandModel(string name)
    {
        var models = _store.Models();
        var info = models.FirstOrDefault(model => model.Name == name)
            ?? throw new ArgumentException($"There is no model \"{name}\" in {_folder.Root}. {(models.Count == 0 ? "It has none: train one, or import one." : $"It has {string.Join(", ", models.Select(static model => model.Name))}.")}");
        return File.Exists(Path.Combine(_folder.Model(info), TransformerModel.WeightsFile))
            ? info
            : throw new ArgumentException($"The model {name} has no weights here, so nothing can be computed with it: name another with --model.");
    }

    private TokenizedCorpus OpenCorpus(ModelInfo info) => Directory.Exists(_folder.Corpus(info.CorpusHash))
        ? TokenizedCorpus.Open(_folder.Corpus(info.CorpusHash))
        : throw new InvalidDataException($"The corpus of {info.Name} is not in {_folder.Root}: restore its folder corpora/{info.CorpusHash} from a backup, or run again what made it.");

    /// <summary>The tokens that the corpus's contexts cover, which other dictionaries' pages need as they are.</summary>
    private long Tokens(DictionaryImportRequest request, TokenizedCorpus corpus, string corpusId)
    {
        var covered = new ContextStage(_folder, warn).TokensOf(corpus, corpusId);
        return request.Tokens is { } asked && covered is { } tokens && Math.Min(asked, corpus.HeldOut.Count) != tokens
            ? throw new ArgumentException(FormattableString.Invariant($"--tokens is {asked}, and the other dictionaries of this corpus are indexed over {tokens} tokens, with which they are compared: leave --tokens out."))
            : covered ?? Math.Min(request.Tokens ?? UsualTokens, corpus.HeldOut.Count);
    }

    /// <summary>Sets the site; gives all that is to be said of the files.</summary>
    private static List<string> Place(ImportedDictionary imported, DictionaryImportRequest request, TransformerConfig config)
    {
        var (site, note) = ImportSite.Of(imported, request.Site, request.Model, config);
        imported.Dictionary.Site = site;
        if (imported.Dictionary.IsTranscoder)
        {
            var (output, assumed) = ImportSite.OutputOf(imported, site, request.Model, config);
            imported.Dictionary.OutputSite = output;
            note = string.Join(' ', new[] { note, assumed }.OfType<string>()) is { Length: > 0 } both ? both : null;
        }

        return note is null ? [.. imported.Notes] : [.. imported.Notes, note];
    }

    private static Dictionary<string, string> Metadata(ImportedDictionary imported, ModelInfo info) =>
        new() { ["model_name"] = imported.ModelName ?? info.Name, ["imported_from"] = imported.Format, ["imported_sha256"] = imported.WeightsHash };

    private DictionaryInfo Publish(Work work, ImportedDictionary imported, IReadOnlyList<string> notes, long tokens)
    {
        var (progress, cancellation) = (work.Progress, work.Cancellation);
        progress.Begin("Measuring the dictionary");
        var metrics = DictionaryEvaluator.Evaluate(work.Model, work.Dictionary, work.Corpus.HeldOut, Evaluated(work.Info), progress.Fractions(), backend: backend, cancellation: cancellation);
        progress.End(FormattableString.Invariant($"L0 {metrics.L0:0.0}, explained variance {metrics.ExplainedVariance:0.000}, loss recovered {metrics.LossRecovered:0.000}"));
        using var contexts = new ContextStage(_folder, warn).Run(work.Corpus, work.Info.CorpusHash, tokens, progress, cancellation);
        var neurons = Neurons(work, contexts);
        var (index, seconds) = BuildIndex(work, tokens);
        using var _ = index;
        progress.Begin($"Counting statistics of {work.Info.Name}/{work.Name}");
        var analyzer = new FeatureAnalyzer(index, work.Corpus.HeldOut, contexts, work.Dictionary, work.Model, work.Corpus.UnigramCounts);
        var text = new TokenText(work.Corpus.Tokenizer);
        var draft = Draft(work, metrics, contexts, new IndexSummary(index.Tokens, index.Activations, index.BytesPerActivation, seconds), OriginOf(imported, notes, Warnings(imported, metrics, work)), neurons);
        var info = new RunWriter(database).Publish(
            draft, analyzer.Analyze(progress.Fractions(), cancellation), sequence => text.Line([.. sequence]), () => analyzer.BestOfContexts, cancellationToken: cancellation);
        StageRecord.Write(_folder.Dictionary(info), RecordName, StageRecord.Fingerprint(imported.WeightsHash, index.Header), draft.Origin!);
        progress.End($"{info.Dead} dead, {info.Ultralow} ultralow");
        return info;
    }

    /// <summary>As many tokens as the model's other dictionaries were measured on, so that their figures can be compared.</summary>
    private long Evaluated(ModelInfo info) => Others(info).Select(static dictionary => dictionary.Metrics.Tokens).DefaultIfEmpty(EvaluationTokens).Max();

    private IEnumerable<DictionaryInfo> Others(ModelInfo info) =>
        _store.Dictionaries().Where(dictionary => dictionary.Model == info.Name && dictionary.Provenance.CorpusHash == info.CorpusHash && dictionary is { Source: null, Forming: null });

    private (ActivationIndex Index, double Seconds) BuildIndex(Work work, long tokens)
    {
        work.Progress.Begin($"Indexing {work.Info.Name}/{work.Name}");
        var start = Stopwatch.GetTimestamp();
        var file = _folder.Index(work.Info.Name, work.Name);
        var header = new IndexHeader { Corpus = work.Corpus.Hash, Tokenizer = work.Corpus.Tokenizer.Hash, Model = work.Model.Hash, Dictionary = work.Dictionary.Hash };
        using (var encoder = new ModelFeatureEncoder(work.Model, work.Dictionary, backend: backend))
        {
            ActivationIndexBuilder.Build(file, work.Corpus.HeldOut, tokens, encoder, header, work.Progress.Fractions(), work.Cancellation);
        }

        var index = ActivationIndex.Open(file);
        work.Progress.End(FormattableString.Invariant($"{index.Activations} activations of {index.Tokens} tokens"));
        return (index, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private DictionaryDraft Draft(Work work, DictionaryMetrics metrics, ContextSet contexts, IndexSummary index, DictionaryOrigin origin, IReadOnlyDictionary<string, ContextDetector> neurons) => new()
    {
        Model = work.Info.Name,
        Name = work.Name,
        ModelFolder = work.Info.Folder,
        Features = work.Dictionary.Features,
        Variant = VariantOf(work.Dictionary.Activation),
        Lambda = double.NaN,
        Metrics = metrics,
        Samples = 0,
        SamplesPerSecond = double.NaN,
        Index = index,
        Contexts = contexts.Contexts,
        BestNeurons = neurons,
        Provenance = new Provenance(
            work.Info.CorpusHash, index.Tokens, Provenance.MaskOf(index.Tokens, work.Corpus.HeldOut.Count), 0, typeof(DictionaryImporter).Assembly.GetName().Version!.ToString(3))
        { HeldOutTokens = work.Corpus.HeldOut.Count },
        Created = time.GetUtcNow().UtcDateTime,
        Origin = origin,
    };

    /// <summary>What gives reason to doubt its figures.</summary>
    private static List<string> Warnings(ImportedDictionary imported, DictionaryMetrics metrics, Work work)
    {
        var warnings = new List<string>();
        if (ClaimedL0.Warning(imported, metrics.L0, work.Info.Name, work.Model.Config.StartToken is not null) is { } l0)
        {
            warnings.Add(l0);
        }

        if (metrics.ExplainedVariance < 0)
        {
            warnings.Add(FormattableString.Invariant(
                $"Its reconstruction is worse than the mean activation (explained variance {metrics.ExplainedVariance:0.00}). Likely causes: it belongs to another model or site, its activations were scaled in training (--scale), or its weights are random."));
        }

        return warnings;
    }

    /// <summary>The best neuron of each context, as the model's other dictionaries have them; measured where it has none.</summary>
    private IReadOnlyDictionary<string, ContextDetector> Neurons(Work work, ContextSet contexts)
    {
        if (Others(work.Info).FirstOrDefault(static dictionary => dictionary.BestNeurons.Count > 0) is { } other)
        {
            return other.BestNeurons;
        }

        work.Progress.Begin("Measuring neurons");
        if (RelateStage.TooManyNeurons(work.Info, contexts.Tokens))
        {
            work.Progress.End("left out: they are too many");
            return new Dictionary<string, ContextDetector>();
        }

        var best = NeuronContexts.Of(work.Model, work.Corpus.HeldOut, contexts, work.Progress.Fractions(), backend, work.Cancellation);
        work.Progress.End(FormattableString.Invariant($"{best.Count} contexts"));
        return best.Where(static neuron => neuron.Feature >= 0).ToDictionary(static neuron => neuron.Name, static neuron => new ContextDetector(neuron.Feature, neuron.Pearson, neuron.Specificity, neuron.Recall));
    }

    private static string VariantOf(DictionaryActivation activation) => activation switch
    {
        DictionaryActivation.JumpRelu => DictionaryVariants.JumpRelu,
        DictionaryActivation.TopK => DictionaryVariants.TopK,
        DictionaryActivation.Gated => DictionaryVariants.Gated,
        _ => Relu,
    };

    private static DictionaryFound Found(ImportedDictionary imported, IReadOnlyList<string> notes)
    {
        var dictionary = imported.Dictionary;
        return new DictionaryFound(
            dictionary.Inputs, dictionary.Features, SitesOf(dictionary), VariantOf(dictionary.Activation), dictionary.K > 0 ? dictionary.K : null, OriginOf(imported, notes, []));
    }

    private static DictionaryOrigin OriginOf(ImportedDictionary imported, IReadOnlyList<string> notes, IReadOnlyList<string> warnings) => new(
        imported.Format, imported.Architecture, string.Join('/', imported.WeightsFile.Split(Path.DirectorySeparatorChar).TakeLast(2)), imported.WeightsHash)
    {
        Hook = imported.OutputHook is { } output ? $"{imported.Hook} → {output}" : imported.Hook,
        Reads = imported.Dictionary.IsTranscoder ? $"{imported.Dictionary.Site}" : null,
        Writes = imported.Dictionary.IsTranscoder ? $"{imported.Dictionary.OutputSite}" : null,
        ModelName = imported.ModelName,
        L0 = imported.L0,
        L0Source = imported.L0Source,
        PrependsBos = imported.PrependsBos,
        SignedLatents = imported.SignedLatents,
        Notes = notes,
        Warnings = warnings,
    };

    /// <summary>"resid.post.3", or "mlp.in.3 → mlp.out.3" of a transcoder.</summary>
    private static string SitesOf(SparseAutoencoder dictionary) => dictionary.IsTranscoder ? $"{dictionary.Site} → {dictionary.OutputSite}" : $"{dictionary.Site}";

    private static DictionaryImportResult Result(DictionaryInfo info, DictionaryFound found, double seconds) => new(info.Id, found with { Origin = info.Origin! })
    {
        L0 = info.Metrics.L0,
        ExplainedVariance = info.Metrics.ExplainedVariance,
        LossRecovered = info.Metrics.LossRecovered,
        Loss = info.Metrics.Loss,
        LossReconstructed = info.Metrics.LossReconstructed,
        Dead = info.Dead,
        Ultralow = info.Ultralow,
        Index = new IndexResult(info.Index.Tokens, info.Index.Activations, info.Index.BytesPerActivation, info.Index.Seconds),
        Seconds = seconds,
    };
}
