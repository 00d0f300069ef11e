using System.Diagnostics;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Evaluation;
using FeatureExplorer.Engine.Dictionaries.Imports;
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
    /// <summary>Stages that it reports; with text of its own, one more.</summary>
    public const int Stages = 5 + RelateStage.Stages;

    /// <summary>What <see cref="DictionaryDraft.Variant"/> says of one with f = ReLU(p), whatever recipe trained it.</summary>
    public const string Relu = "relu";

    /// <summary>What it says of one that finds its features by matching pursuit, which no recipe trains.</summary>
    public const string MatchingPursuit = "matching_pursuit";

    internal const string RecordName = "import";

    private readonly DataFolder _folder = database.Folder;
    private readonly FeatureStore _store = new(database);

    /// <summary>Reads and checks the files, the name and the text without computing or writing anything: refuses what <see cref="Run"/> would refuse.</summary>
    /// <exception cref="ArgumentException">There is no such model, or the site, the name or the number of tokens does not work.</exception>
    /// <exception cref="InvalidDataException">The files are damaged, not supported, or do not fit the model; or its text cannot be used.</exception>
    /// <exception cref="IOException">There is no such file or text.</exception>
    public DictionaryFound Check(DictionaryImportRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var info = DemandModel(request.Model);
        _ = new ImportName(database, time).Of(info.Name, request.Name);
        var found = Look(request, TransformerModel.ReadConfig(_folder.Model(info)));
        new ModelTexts(database, warn).Demand(info, request.Corpus, request.Tokens, cancellation);
        return found;
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
        progress.End($"{imported.Format}, {imported.Architecture}, {imported.Dictionary.Features} features on {SitesOf(imported.Dictionary)}");
        var texts = new ModelTexts(database, warn);
        using var text = request.Corpus.Count == 0 ? texts.Own(info) : texts.Other(info, request.Corpus, progress, cancellation);
        var tokens = texts.Tokens(text, request.Tokens);
        var directory = _folder.Dictionary(info.Name, name);
        try
        {
            imported.Dictionary.Save(directory, Metadata(imported, info));
            var work = new PublishedWork(info, name, imported.Dictionary, model, text, tokens);
            var published = new DictionaryPublisher(database, time, warn, backend).Publish(
                work, draft => draft with { Origin = WithWarnings(OriginOf(imported, notes), draft.Metrics, work) }, imported.WeightsHash, progress, cancellation);
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

    private ModelInfo DemandModel(string name)
    {
        var models = _store.Models();
        var info = models.FirstOrDefault(model => model.Name == name)
            ?? throw new ArgumentException($"There is no model \"{name}\" in {_folder.Root}. {(models.Count == 0 ? "It has none: train one, or import one." : $"It has {string.Join(", ", models.Select(static model => model.Name))}.")}");
        return File.Exists(Path.Combine(_folder.Model(info), TransformerModel.WeightsFile))
            ? info
            : throw new ArgumentException($"The model {name} has no weights here, so nothing can be computed with it: name another with --model.");
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

    private static DictionaryOrigin WithWarnings(DictionaryOrigin origin, DictionaryMetrics metrics, PublishedWork work) => origin with { Warnings = FigureWarnings.Of(origin, metrics, work) };

    internal static string VariantOf(DictionaryActivation activation) => activation switch
    {
        DictionaryActivation.JumpRelu => DictionaryVariants.JumpRelu,
        DictionaryActivation.TopK => DictionaryVariants.TopK,
        DictionaryActivation.Gated => DictionaryVariants.Gated,
        DictionaryActivation.MatchingPursuit => MatchingPursuit,
        _ => Relu,
    };

    private static DictionaryFound Found(ImportedDictionary imported, IReadOnlyList<string> notes)
    {
        var dictionary = imported.Dictionary;
        return new DictionaryFound(
            dictionary.Inputs, dictionary.Features, SitesOf(dictionary), VariantOf(dictionary.Activation), dictionary.K > 0 ? dictionary.K : null, OriginOf(imported, notes));
    }

    private static DictionaryOrigin OriginOf(ImportedDictionary imported, IReadOnlyList<string> notes) => new(
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
    };

    /// <summary>"resid.post.3", or "mlp.in.3 → mlp.out.3" of a transcoder.</summary>
    private static string SitesOf(SparseAutoencoder dictionary) => dictionary.IsTranscoder ? $"{dictionary.Site} → {dictionary.OutputSite}" : $"{dictionary.Site}";

    private static DictionaryImportResult Result(DictionaryInfo info, DictionaryFound found, double seconds) => new(info.Id, found with { Origin = info.Origin! })
    {
        EvaluationTokens = info.Metrics.Tokens,
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
