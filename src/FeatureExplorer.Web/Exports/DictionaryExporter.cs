using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Exports;
using FeatureExplorer.Engine.Exports;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Exported;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Imports;
using FeatureExplorer.Web.Exports.Tables;

namespace FeatureExplorer.Web.Exports;

/// <summary>Writes a dictionary or a model for other programs, for the command line and for downloads alike.</summary>
public sealed class DictionaryExporter(
    DataFolder folder, FeatureStore store, FeatureNames names, ExplorerData data, StandaloneHtml page, NeuronpediaExport neuronpedia, CircuitTracerExport circuits)
{
    private static readonly string Version = typeof(DictionaryExporter).Assembly.GetName().Version!.ToString(3);

    private static string Exporter => $"FeatureExplorer {Version}";

    /// <summary>Why a dictionary cannot be written in a format, in a sentence; null where it can.</summary>
    public string? Refusal(DictionaryInfo dictionary, ExportFormat format)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        return dictionary.Forming is not null ? $"{dictionary.Id} is still in training: export it when it is finished."
            : format == ExportFormat.HuggingFaceModel ? RefusalOfModel(folder.Model(dictionary), dictionary.Model)
            : !ExportFormats.NeedsWeights(format) ? null
            : dictionary.AreNeurons ? $"{dictionary.Id} are the model's own neurons, which have no weights of a dictionary: export the model as {ExportFormats.NameOf(ExportFormat.HuggingFaceModel)}."
            : HasWeights(dictionary) ? RefusalOfTranscoder(dictionary, format) ?? RefusalOfLayout(dictionary, format)
            : $"The weights of {dictionary.Id} are not here: only its features are. Export it as {ExportFormats.NameOf(ExportFormat.Csv)} or {ExportFormats.NameOf(ExportFormat.Html)}.";
    }

    /// <summary>Writes a dictionary's files.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="format">Any but the page, which is one file: <see cref="WritePage"/>.</param>
    /// <param name="features">Those to write, in their order; null: all.</param>
    /// <param name="sink">Receives the files.</param>
    /// <param name="cancellation">Ends it between features.</param>
    /// <exception cref="NotSupportedException">It cannot be written in that format; the message says why. Nothing was written then.</exception>
    public void Write(DictionaryInfo dictionary, ExportFormat format, IReadOnlyList<int>? features, IFileSink sink, CancellationToken cancellation = default)
    {
        Demand(dictionary, format);
        switch (format)
        {
            case ExportFormat.SaeLens or ExportFormat.DictionaryLearning:
                WriteWeights(dictionary, format, sink);
                break;
            case ExportFormat.HuggingFaceModel:
                WriteModel(folder.Model(dictionary), sink);
                break;
            case ExportFormat.Neuronpedia:
                WriteNeuronpedia(dictionary, features ?? All(dictionary), sink, cancellation);
                break;
            case ExportFormat.CircuitTracer:
                circuits.Write(dictionary, OutputSiteOf(dictionary)?.Layer ?? 0, features ?? All(dictionary), sink, cancellation);
                sink.AddJson("about.json", ExportAbout.Of(dictionary, Exporter));
                break;
            case ExportFormat.Parquet or ExportFormat.Csv:
                WriteTables(dictionary, format, features, sink, cancellation);
                break;
            default:
                throw new ArgumentException($"{ExportFormats.NameOf(format)} is one file.", nameof(format));
        }
    }

    /// <summary>Writes features as one page.</summary>
    /// <exception cref="NotSupportedException">The dictionary is still in training.</exception>
    public Task WritePage(DictionaryInfo dictionary, IReadOnlyList<int> features, Stream stream, CancellationToken cancellation = default)
    {
        Demand(dictionary, ExportFormat.Html);
        return page.Write(stream, dictionary, features, cancellation);
    }

    /// <summary>Writes a model's files.</summary>
    /// <exception cref="NotSupportedException">Its weights are not here, or its architecture has no such layout; nothing was written then.</exception>
    public void WriteModel(ModelInfo model, IFileSink sink)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (RefusalOfModel(folder.Model(model), model.Name) is { } refusal)
        {
            throw new NotSupportedException(refusal);
        }

        WriteModel(folder.Model(model), sink);
    }

    private void Demand(DictionaryInfo dictionary, ExportFormat format)
    {
        if (Refusal(dictionary, format) is { } refusal)
        {
            throw new NotSupportedException(refusal);
        }
    }

    private static string? RefusalOfTranscoder(DictionaryInfo dictionary, ExportFormat format) => dictionary.Origin?.Writes is not { } writes ? null
        : format == ExportFormat.DictionaryLearning
            ? $"{dictionary.Id} is a transcoder: it reads {dictionary.Origin.Reads} and writes {writes}. dictionary_learning's classes give back what they read; export it as {ExportFormats.NameOf(ExportFormat.SaeLens)}."
        : SaeLensExport.Writes(dictionary.Variant) ? null
        : $"{dictionary.Id} is a transcoder of the kind {dictionary.Variant}, and SAELens has transcoders of ReLU and JumpReLU alone: export its features as {ExportFormats.NameOf(ExportFormat.CircuitTracer)} or {ExportFormats.NameOf(ExportFormat.Csv)}.";

    private string? RefusalOfLayout(DictionaryInfo dictionary, ExportFormat format) => format != ExportFormat.DictionaryLearning ? null
        : dictionary.Variant == DictionaryImporter.MatchingPursuit
            ? $"{dictionary.Id} finds its features by matching pursuit, which {ExportFormats.NameOf(format)} has no class for: export it as {ExportFormats.NameOf(ExportFormat.SaeLens)}."
        : DictionaryShape.Of(folder.Dictionary(dictionary)).Normalisation != RowNormalisation.None
            ? $"{dictionary.Id} normalises every token's activations before it encodes them, which {ExportFormats.NameOf(format)} cannot say: export it as {ExportFormats.NameOf(ExportFormat.SaeLens)}."
            : null;

    private static string? RefusalOfModel(string directory, string name) => File.Exists(Path.Combine(directory, TransformerModel.WeightsFile))
        ? null
        : $"The weights of the model {name} are not here, so that it cannot be written.";

    private static void WriteModel(string directory, IFileSink sink)
    {
        using var model = TransformerModel.Load(directory);
        var tokenizer = Path.Combine(directory, "tokenizer.json");
        HuggingFaceModel.Write(model, File.Exists(tokenizer) ? tokenizer : null, sink);
    }

    private void WriteWeights(DictionaryInfo dictionary, ExportFormat format, IFileSink sink)
    {
        using var weights = SparseAutoencoder.Load(folder.Dictionary(dictionary));
        var facts = Facts(dictionary, weights.Site);
        if (format == ExportFormat.SaeLens)
        {
            SaeLensExport.Write(weights, facts, sink);
        }
        else
        {
            DictionaryLearningExport.Write(weights, facts, sink);
        }
    }

    private ExportedFacts Facts(DictionaryInfo dictionary, Site? site)
    {
        var (model, config) = (store.FindModel(dictionary.Model), ConfigOf(dictionary));
        var densities = new double[dictionary.Features];
        foreach (var feature in store.Summaries(dictionary))
        {
            densities[feature.Index] = feature.Density;
        }

        return new ExportedFacts
        {
            ModelName = dictionary.Origin?.ModelName ?? dictionary.Model,
            Layer = site?.Layer ?? 0,
            ContextSize = config?.Context ?? model?.Context ?? 0,
            PrependsBos = config?.StartToken is not null,
            Dataset = model?.CorpusSummary,
            L0 = double.IsFinite(dictionary.Metrics.L0) ? dictionary.Metrics.L0 : null,
            Dead = dictionary.Dead,
            SignedLatents = dictionary.Origin?.SignedLatents,
            Recipe = dictionary.Variant,
            Samples = dictionary.Samples > 0 ? dictionary.Samples : null,
            Exporter = Exporter,
            Densities = densities,
        };
    }

    private void WriteNeuronpedia(DictionaryInfo dictionary, IReadOnlyList<int> features, IFileSink sink, CancellationToken cancellation)
    {
        var (model, site) = (store.FindModel(dictionary.Model), OutputSiteOf(dictionary));
        using var weights = !dictionary.AreNeurons && HasWeights(dictionary) ? SparseAutoencoder.Load(folder.Dictionary(dictionary)) : null;
        var names = NeuronpediaNames.Of(dictionary, site?.KindName ?? "features", site?.Layer ?? 0);
        neuronpedia.Write(dictionary, new NeuronpediaOrigin(names, model, model?.Layers ?? 1, model?.CorpusSummary ?? string.Empty, site?.HookName, weights), features, sink, cancellation);
        sink.AddJson("about.json", ExportAbout.Of(dictionary, Exporter));
    }

    private void WriteTables(DictionaryInfo dictionary, ExportFormat format, IReadOnlyList<int>? features, IFileSink sink, CancellationToken cancellation)
    {
        var (text, about) = (data.Open(dictionary).Text, ExportAbout.Of(dictionary, Exporter));
        var tables = new TableFiles(sink, format, ExportAbout.Metadata(dictionary, Exporter), cancellation);
        tables.Add("features", ExportTables.Statistics(dictionary, Chosen(dictionary, features), names, text));
        tables.Add("tokens", ExportTables.Tokens(text));
        if (dictionary.Source is null && File.Exists(folder.Index(dictionary)) && HasCorpus(dictionary))
        {
            FileOrigins.Demand(folder, dictionary);
            using var index = ActivationIndex.Open(folder.Index(dictionary));
            using var corpus = TokenizedCorpus.Open(folder.Corpus(dictionary.Provenance.CorpusHash));
            tables.Add("activations", ExportTables.Activations(index, corpus.HeldOut, features ?? All(dictionary), cancellation));
        }
        else
        {
            about["activations"] = "The index or the corpus of this dictionary is not here: there is no table of activations.";
        }

        sink.AddJson("about.json", about);
    }

    private IReadOnlyList<FeatureSummary> Chosen(DictionaryInfo dictionary, IReadOnlyList<int>? features)
    {
        if (features is null)
        {
            return store.Summaries(dictionary);
        }

        var found = store.Summaries(dictionary).ToDictionary(static feature => feature.Index);
        return [.. features.Where(found.ContainsKey).Select(feature => found[feature])];
    }

    private bool HasCorpus(DictionaryInfo dictionary) => TokenizedCorpus.IsAt(folder.Corpus(dictionary.Provenance.CorpusHash));

    private bool HasWeights(DictionaryInfo dictionary) =>
        dictionary.Source is null && SparseAutoencoder.Files.All(file => File.Exists(Path.Combine(folder.Dictionary(dictionary), file)));

    // Where its features' directions lie.
    private Site? OutputSiteOf(DictionaryInfo dictionary) =>
        dictionary.AreNeurons ? ConfigOf(dictionary) is { } config ? Site.Default(config) : null
        : HasWeights(dictionary) ? DictionaryShape.Of(folder.Dictionary(dictionary)).OutputSite
        : null;

    private TransformerConfig? ConfigOf(DictionaryInfo dictionary) =>
        File.Exists(Path.Combine(folder.Model(dictionary), TransformerModel.ConfigFile)) ? TransformerModel.ReadConfig(folder.Model(dictionary)) : null;

    // Of published features some indexes may be missing.
    private int[] All(DictionaryInfo dictionary) => [.. store.Summaries(dictionary).Select(static feature => feature.Index)];
}
