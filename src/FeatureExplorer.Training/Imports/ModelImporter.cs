using System.Diagnostics;
using System.Globalization;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Engine.Text.Tokenizer.Imported;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Imported;
using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Imports;

/// <summary>
/// Makes a model of another tool one of the data folder: its weights and its tokenizer as they are kept here, and a corpus in its tokens. Dictionaries are then imported
/// or trained on it. It replaces nothing; after an error or a cancellation nothing of it is left but the corpus.
/// </summary>
/// <param name="database">Where it is published.</param>
/// <param name="time">For the time of creation.</param>
/// <param name="warn">Receives problems that do not stop it, such as a skipped document.</param>
/// <param name="backend">Where its loss is computed; null: the CPU engine.</param>
public sealed class ModelImporter(FeatureDatabase database, TimeProvider time, Action<string> warn, IComputeBackend? backend = null)
{
    /// <summary>Stages that it reports.</summary>
    public const int Stages = 4;

    private const string RecordName = "import";
    private const int LeastContext = 8;
    private const string SampleText = "The quick brown fox jumps over 1,234 lazy dogs. Ça va? Привет!\n";

    private readonly DataFolder _folder = database.Folder;

    /// <summary>Reads and checks the files, the name, the text and the dictionaries without computing or writing anything: refuses what <see cref="Run"/> would refuse.</summary>
    /// <exception cref="ArgumentException">The name or a choice does not work.</exception>
    /// <exception cref="InvalidDataException">The files are damaged, or cannot be used here; or the text cannot.</exception>
    /// <exception cref="IOException">There are none.</exception>
    public (ModelFound Model, IReadOnlyList<DictionaryFound> Dictionaries) Check(ModelImportRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        DemandFree(request.Name ?? FreeName(), request.NameIsReserved);
        using var opened = Opened.Of(request);
        StageOf(opened).Demand(CorpusOf(request, opened), cancellation);
        return Look(request, opened, cancellation);
    }

    /// <summary>What the files hold, the model's and the dictionaries', for any data folder.</summary>
    /// <exception cref="ArgumentException">A choice does not work.</exception>
    /// <exception cref="InvalidDataException">The files are damaged, or cannot be used here.</exception>
    /// <exception cref="IOException">There are none.</exception>
    public static (ModelFound Model, IReadOnlyList<DictionaryFound> Dictionaries) Look(ModelImportRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var opened = Opened.Of(request);
        return Look(request, opened, CancellationToken.None);
    }

    // What is wrong with a tensor shows only when it is read; a dictionary's are fewer, so that they come first.
    private static (ModelFound Model, IReadOnlyList<DictionaryFound> Dictionaries) Look(ModelImportRequest request, Opened opened, CancellationToken cancellation)
    {
        var dictionaries = Dictionaries(request, opened, request.Name ?? "the model");
        opened.Model.Load(cancellation).Dispose();
        return (opened.Found, dictionaries);
    }

    /// <summary>What the dictionaries are that are to read the model.</summary>
    /// <exception cref="InvalidDataException">One is damaged, or does not fit the model.</exception>
    private static IReadOnlyList<DictionaryFound> Dictionaries(ModelImportRequest request, Opened opened, string name) =>
        [.. request.Dictionaries.Select(path => DictionaryImporter.Look(new DictionaryImportRequest { Path = path, Model = name, Site = request.Site }, opened.Model.Config))];

    /// <summary>How a model's files are named where people read of them: without the folders above.</summary>
    public static string NameOf(string path) =>
        string.Join('/', Path.GetFullPath(path).TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar).TakeLast(2));

    /// <summary>Imports it.</summary>
    /// <exception cref="ArgumentException">The name or a choice does not work.</exception>
    /// <exception cref="InvalidDataException">The files or those of a dictionary are damaged, cannot be used here, or the corpus has too little text.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ModelImportResult Run(ModelImportRequest request, StageProgress progress, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        var start = Stopwatch.GetTimestamp();
        var name = request.Name ?? FreeName();
        DemandFree(name, request.NameIsReserved);
        progress.Begin("Opening the model");
        using var opened = Opened.Of(request);
        // Whatever may be wrong is found before minutes of computing, and before anything is stored.
        Dictionaries(request, opened, name);
        StageOf(opened).Demand(CorpusOf(request, opened), cancellation);
        progress.End(string.Create(CultureInfo.InvariantCulture, $"{opened.Found.Origin.Family}, {opened.Found.Layers} {(opened.Found.Layers == 1 ? "layer" : "layers")} of {opened.Found.DModel}, {opened.Found.Vocabulary:N0} token ids"));
        progress.Begin("Reading the weights");
        using var model = opened.Model.Load(cancellation);
        progress.End(string.Create(CultureInfo.InvariantCulture, $"{model.Parameters.Count:N0} parameters"));
        var (corpus, corpusId) = StageOf(opened).Run(CorpusOf(request, opened), progress, cancellation);
        using var _ = corpus;
        progress.Begin("Measuring the loss");
        var heldOut = new TokenSource(corpus.HeldOut.Count, corpus.HeldOut.Read);
        var (loss, tokens) = HeldOutLoss.Of(model, heldOut, request.EvaluationTokens, backend, cancellation);
        progress.End(string.Create(CultureInfo.InvariantCulture, $"{loss:0.000} nats a token"));
        var info = Describe(name, opened.Found, model, corpus, corpusId, loss);
        Save(info, model, corpus.Tokenizer);
        return new ModelImportResult(name, opened.Found with { Origin = info.Origin! })
        {
            HeldOutLoss = loss,
            LossTokens = tokens,
            Corpus = info.CorpusSummary,
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
            Warnings = Warnings(loss, model.Config),
        };
    }

    /// <summary>A loss no better than that of guessing says that something does not fit.</summary>
    private static IReadOnlyList<string> Warnings(double loss, TransformerConfig config) => loss < Math.Log(config.VocabularySize) - 0.1 ? [] :
    [
        string.Create(
            CultureInfo.InvariantCulture,
            $"Its loss is {loss:0.00} nats a token, and guessing among {config.VocabularySize:N0} tokens gives {Math.Log(config.VocabularySize):0.00}. Likely causes: the weights are random, the tokenizer is another model's, or the text is of a kind that it never saw."),
    ];

    private CorpusStage StageOf(Opened opened) => new(_folder, new CorpusStore(database), warn) { Tokenizer = opened.Tokenizer };

    private static RunConfiguration CorpusOf(ModelImportRequest request, Opened opened) => RunPreset.Demo with
    {
        Preset = RunConfiguration.Custom,
        Corpus = request.Corpus,
        Keep = request.Keep,
        HeldOutTokens = request.HeldOutTokens,
        Transformer = RunPreset.Demo.Transformer with { Context = opened.Model.Config.Context },
    };

    private ModelInfo Describe(string name, ModelFound found, TransformerModel model, TokenizedCorpus corpus, string corpusId, double loss) => new()
    {
        Name = name,
        Layers = found.Layers,
        DModel = found.DModel,
        DMlp = found.DMlp,
        Heads = found.Heads,
        Context = found.Context,
        Vocabulary = found.Vocabulary,
        Seed = 0,
        TrainingTokens = 0,
        TokensPerSecond = 0,
        HeldOutLoss = loss,
        CorpusHash = corpusId,
        CorpusSummary = CorpusStage.Summary(corpus),
        Created = time.GetUtcNow().UtcDateTime,
        Origin = found.Origin with { Weights = model.Hash, Parameters = model.Parameters.Count },
    };

    private void Save(ModelInfo info, TransformerModel model, ITokenizer tokenizer)
    {
        var directory = _folder.Model(info.Name);
        var there = Directory.Exists(directory);
        try
        {
            Directory.CreateDirectory(directory);
            tokenizer.Save(_folder.Tokenizer(info.Name));
            model.Save(directory);
            StageRecord.Write(directory, RecordName, StageRecord.Fingerprint(info.Origin!.Weights, info.CorpusHash), info.Origin);
            new RunWriter(database).SaveModel(info);
        }
        catch when (!there)
        {
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    private string FreeName()
    {
        var taken = Taken(reserved: false);
        return Enumerable.Range('A', 26).Select(static letter => ((char)letter).ToString()).FirstOrDefault(letter => !taken.Contains(letter))
            ?? throw new ArgumentException("All letters are taken by models: give this one a name with --name.");
    }

    private void DemandFree(string name, bool reserved)
    {
        RunChecks.DemandModelName(name);
        if (Taken(reserved).TryGetValue(name, out var other))
        {
            throw new ArgumentException(new FeatureStore(database).FindModel(other) is { Origin: not null }
                ? $"There is a model {other}, which was imported: go on with import dictionary PATH --model {other}, or choose another name; {FreeName()} is free."
                : $"There is a model {other}, or a run makes it: an import replaces nothing. Choose another name; {FreeName()} is free.");
        }
    }

    private HashSet<string> Taken(bool reserved) => new(
        [
            .. new FeatureStore(database).Models().Select(static model => model.Name),
            .. Directory.Exists(_folder.Models) ? Directory.EnumerateDirectories(_folder.Models).Select(StageFolders.NameOf) : [],
            .. reserved ? [] : new RunStore(database, time).Unfinished().Select(RunConfigurationJson.Of).OfType<RunConfiguration>().Select(static run => run.Model),
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>The files, opened: what they hold, and no weights yet.</summary>
    private sealed record Opened(ForeignModel Model, ITokenizer Tokenizer, ModelFound Found) : IDisposable
    {
        public static Opened Of(ModelImportRequest request)
        {
            if (request.Context is < LeastContext)
            {
                throw new ArgumentException($"A window of {request.Context} tokens was asked for; it takes at least {LeastContext}.");
            }

            if (RunSetting.Find("heldOutTokens") is { } heldOut && !heldOut.Takes(request.HeldOutTokens))
            {
                throw new ArgumentException($"--held-out-tokens: {heldOut.Refuse(request.HeldOutTokens)}");
            }

            if (request.Tokenizer is { } named && !File.Exists(named) && !Directory.Exists(named))
            {
                throw new FileNotFoundException($"There is no file or folder {named} with a tokenizer.", named);
            }

            using var first = ForeignModel.Open(request.Path);
            var tokenizer = TokenizerFiles.LoadOfModel(request.Tokenizer ?? request.Path, first.Config.VocabularySize);
            if (tokenizer.VocabularySize != first.Config.VocabularySize)
            {
                throw new InvalidDataException(
                    $"The tokenizer beside {request.Path} has {tokenizer.VocabularySize:N0} token ids and the model {first.Config.VocabularySize:N0}: it is not the model's; name another with --tokenizer.");
            }

            var start = StartOf(request, tokenizer);
            var model = ForeignModel.Open(request.Path, new ModelImportOptions { Context = request.Context, StartToken = start });
            return new Opened(model, tokenizer, Describe(request, model, tokenizer, start));
        }

        public void Dispose() => Model.Dispose();

        /// <summary>Models that name a token for the beginning of text were trained with it, and dictionaries on them as a rule, too.</summary>
        private static int? StartOf(ModelImportRequest request, ITokenizer tokenizer) => request.StartToken switch
        {
            false => null,
            true => tokenizer.DocumentMark,
            null => (tokenizer as ImportedTokenizer)?.BeginningOfText,
        };

        private static ModelFound Describe(ModelImportRequest request, ForeignModel model, ITokenizer tokenizer, int? start)
        {
            var c = model.Config;
            var text = new TokenText(tokenizer);
            var ids = tokenizer.Encode(SampleText);
            var origin = new ModelOrigin(model.Family, request.Called ?? NameOf(request.Path), string.Empty)
            {
                LongestContext = model.LongestContext,
                StartToken = start is { } token ? tokenizer.Spelling(token) : null,
                Notes = [.. model.Notes, .. Assumed(model, tokenizer, start)],
            };
            return new ModelFound(c.Layers, c.DModel, c.DMlp, c.Heads, c.Context, c.VocabularySize, [.. start is { } id ? [tokenizer.Spelling(id)] : Array.Empty<string>(), .. ids.Select(each => text.Of(each))], origin);
        }

        private static IEnumerable<string> Assumed(ForeignModel model, ITokenizer tokenizer, int? start)
        {
            if (start is { } token)
            {
                yield return $"{tokenizer.Spelling(token)} (id {token}) stands before every window, and its own activations are left out.";
            }

            if (TokenizerPadding.Of(tokenizer) is { } unused)
            {
                yield return $"The model has more ids than its tokenizer: those up to {unused} that the tokenizer does not have stand for no text.";
            }

            if (model.Config.Context < model.LongestContext)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"Text is read in windows of {model.Config.Context} tokens; the model takes up to {model.LongestContext}.");
            }
        }
    }
}
