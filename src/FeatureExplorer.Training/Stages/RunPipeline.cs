using System.Diagnostics;
using FeatureExplorer.Analysis;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Analysis.Steering;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Evaluation;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Training.Imports;
using FeatureExplorer.Training.Names;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Training.Stages;

/// <summary>
/// One run from text to published features: corpus → transformer → contexts → for each dictionary training (together with the others of its group), index
/// and statistics → relations → steering, where it is asked for.
/// Every stage leaves its whole result in the data folder or nothing, and the same run started again begins where the last one stopped.
/// </summary>
/// <param name="database">Where features are published.</param>
/// <param name="time">For the time of creation.</param>
/// <param name="warn">Receives problems that do not stop the run, such as a skipped document.</param>
public sealed class RunPipeline(FeatureDatabase database, TimeProvider time, Action<string> warn)
{
    private readonly DataFolder _folder = database.Folder;

    /// <summary>True once when somebody has asked to see the features of the dictionary in training.</summary>
    public Func<bool> FeaturesWanted { get; init; } = static () => false;

    /// <summary>Where it computes: what <see cref="DevicePlacement"/> made of the configuration's device. The CPU engine unless set.</summary>
    public IComputeBackend Backend { get; init; } = CpuBackend.Instance;

    /// <summary>Runs it to the end.</summary>
    /// <exception cref="ArgumentException">The configuration does not work, or a name is taken by the finished work of other settings.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; what is finished stays for the next time.</exception>
    public RunResult Run(RunConfiguration configuration, IProgress<RunProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (configuration.Import is not null)
        {
            configuration.Validate();
            return new ImportPipeline(database, time, warn, Backend).Run(configuration, progress, cancellation);
        }

        var continued = new ContinuedDictionaries(database);
        configuration = continued.Apply(new ImportedModels(database).Apply(configuration));
        configuration.Validate();
        new RunNames(database, time).Demand(configuration, cancellation);
        var start = Stopwatch.GetTimestamp();
        var estimate = RunEstimate.Of(configuration, MachineSpeed.Known(_folder, configuration.Device));
        var stages = new StageProgress(estimate.Stages, progress);
        var imported = new ImportedModels(database).Of(configuration);
        var (corpus, corpusId) = new CorpusStage(_folder, new CorpusStore(database), warn) { Given = imported?.CorpusHash }.Run(configuration, stages, cancellation);
        using var _ = corpus;
        var older = new FeatureStore(database).FindModel(configuration.Model);
        var (model, trained, fingerprint, modelFolder) = new ModelStage(database, Backend).Run(corpus, configuration, stages, cancellation);
        using var __ = model;
        var info = imported ?? Describe(configuration, model, trained, corpus, corpusId) with { Folder = modelFolder == configuration.Model ? null : modelFolder };
        // One that replaces another comes with its first dictionary: until then pages show the older one.
        var replaces = older is not null && _folder.Model(older) != _folder.Model(info);
        if (!replaces)
        {
            new RunWriter(database).SaveModel(info);
        }

        var folders = Folders(configuration, model, fingerprint, modelFolder);
        using var contexts = new ContextStage(_folder, warn).Run(corpus, corpusId, configuration.IndexTokens, stages, cancellation);
        var neurons = Neurons(model, corpus, contexts, stages, cancellation);
        var forming = new FormingStage(
            database, corpus, corpusId, model, configuration, folders,
            (settings, metrics, small) => folders.Place(Draft(configuration, settings, metrics, small, neurons, corpusId, corpus.HeldOut.Count)), FeaturesWanted, Backend);
        var results = new Dictionary<string, DictionaryResult>();
        foreach (var group in DictionaryGroups.Of(configuration))
        {
            using var dictionaryStage = new DictionaryStage(folders, corpus, model, fingerprint, configuration, group, forming, Backend) { Start = settings => continued.Open(settings, model) };
            foreach (var settings in group)
            {
                var (dictionary, result) = dictionaryStage.Train(settings, stages, cancellation);
                using var ___ = dictionary;
                var (index, seconds) = dictionaryStage.BuildIndex(settings.Name, dictionary, stages, cancellation);
                using var ____ = index;
                var draft = folders.Place(Draft(configuration, settings, result.Metrics, contexts, neurons, corpusId, corpus.HeldOut.Count)) with
                {
                    Samples = result.Samples,
                    SamplesPerSecond = result.SamplesPerSecond,
                    Index = new IndexSummary(index.Tokens, index.Activations, index.BytesPerActivation, seconds),
                };
                var features = new List<(double, float, string?, double)>();
                results[settings.Name] = Publish(draft, replaces ? info : null, index, corpus, contexts, dictionary, model, features, stages, cancellation);
                replaces = false;
                forming.Finish(settings, dictionary, features);
            }
        }

        new RelateStage(database, time, Backend).Run(stages, cancellation);
        Steer(configuration, results.Values, stages, cancellation);
        ReplacedFiles.Remove(database, older);

        using var process = Process.GetCurrentProcess();
        return new RunResult(
            new ModelResult(configuration.Model, trained.HeldOutLoss, trained.Tokens, trained.TokensPerSecond),
            [.. configuration.Dictionaries.Select(settings => results[settings.Name])],
            Stopwatch.GetElapsedTime(start).TotalSeconds,
            process.PeakWorkingSet64)
        {
            ProblemCount = corpus.Summary.ProblemCount,
            Problems = [.. corpus.Summary.Problems.Select(static problem => problem.ToString())],
        };
    }

    private void Steer(RunConfiguration configuration, IEnumerable<DictionaryResult> results, StageProgress progress, CancellationToken cancellation)
    {
        var store = new FeatureStore(database);
        foreach (var result in configuration.Steer is null ? [] : results)
        {
            var dictionary = store.FindDictionary(configuration.Model, result.Name[(configuration.Model.Length + 1)..])!;
            try
            {
                new SteerStage(database).Run(dictionary, SteeringSurvey.UsualPrompt, configuration.Steer!.Value, new SteeringOptions(), progress, cancellation);
            }
            catch (InvalidDataException exception)
            {
                // All else is finished: a model of a short context, or features without any, are no reason to fail.
                warn(exception.Message);
                progress.End(exception.Message);
            }
        }
    }

    private RunFolders Folders(RunConfiguration configuration, TransformerModel model, string fingerprint, string modelFolder)
    {
        var folders = new StageFolders(database);
        return new RunFolders(_folder, configuration.Model, modelFolder, configuration.Dictionaries.ToDictionary(
            settings => settings.Name,
            settings => folders.Dictionary(
                configuration.Model, settings.Name, DictionaryStage.Fingerprint(fingerprint, model.Config, configuration, settings), DictionaryStage.RecordName)));
    }

    private IReadOnlyList<ContextBest> Neurons(
        TransformerModel model, TokenizedCorpus corpus, ContextSet contexts, StageProgress progress, CancellationToken cancellation)
    {
        progress.Begin("Measuring neurons");
        var neurons = NeuronContexts.Of(model, corpus.HeldOut, contexts, progress.Fractions(), Backend, cancellation);
        progress.End(Wording.Counted(neurons.Count, "context"));
        return neurons;
    }

    private DictionaryResult Publish(
        DictionaryDraft draft, ModelInfo? replacing, ActivationIndex index, TokenizedCorpus corpus, ContextSet contexts, SparseAutoencoder dictionary, TransformerModel model,
        List<(double, float, string?, double)> features, StageProgress progress, CancellationToken cancellation)
    {
        progress.Begin($"Counting statistics of {draft.Id}");
        var analyzer = new FeatureAnalyzer(index, corpus.HeldOut, contexts, dictionary, model, corpus.UnigramCounts);
        var text = new TokenText(corpus.Tokenizer);
        var older = new FeatureStore(database).FindDictionary(draft.Model, draft.Name);
        var info = new RunWriter(database).Publish(
            draft,
            analyzer.Analyze(progress.Fractions(), cancellation).Select(report =>
            {
                features.Add((report.Density, report.Max, report.BestContext?.Context, report.BestContext?.Pearson ?? 0));
                return report;
            }),
            tokens => text.Line([.. tokens]),
            () => analyzer.BestOfContexts, replacing, cancellation);
        ReplacedFiles.Remove(_folder, older, info);
        progress.End($"{info.Dead} dead, {info.Ultralow} ultralow");
        return Result(draft, info, analyzer.BestOfContexts, contexts);
    }

    private ModelInfo Describe(RunConfiguration configuration, TransformerModel model, ModelStage.Result trained, TokenizedCorpus corpus, string corpusId) => new()
    {
        Name = configuration.Model,
        Layers = model.Config.Layers,
        DModel = model.Config.DModel,
        DMlp = model.Config.DMlp,
        Heads = model.Config.Heads,
        Context = model.Config.Context,
        Vocabulary = model.Config.VocabularySize,
        Seed = checked((long)configuration.Seed),
        TrainingTokens = trained.Tokens,
        TokensPerSecond = trained.TokensPerSecond,
        HeldOutLoss = trained.HeldOutLoss,
        CorpusHash = corpusId,
        CorpusSummary = CorpusStage.Summary(corpus),
        Created = time.GetUtcNow().UtcDateTime,
        ControlOf = trained.ControlOf,
    };

    private DictionaryDraft Draft(
        RunConfiguration configuration, DictionarySettings settings, DictionaryMetrics metrics, ContextSet contexts, IReadOnlyList<ContextBest> neurons,
        string corpusId, long heldOut) => new()
        {
            Model = configuration.Model,
            Name = settings.Name,
            Features = settings.Features,
            Variant = settings.Variant,
            Lambda = settings.Lambda,
            Metrics = metrics,
            Samples = 0,
            SamplesPerSecond = 0,
            Index = new IndexSummary(contexts.Tokens, 0, 0, 0),
            Contexts = contexts.Contexts,
            BestNeurons = neurons.Where(best => best.Feature >= 0)
                .ToDictionary(best => best.Name, best => new ContextDetector(best.Feature, best.Pearson, best.Specificity, best.Recall)),
            Provenance = new Provenance(
                corpusId, contexts.Tokens, Provenance.MaskOf(contexts.Tokens, heldOut), checked((long)(settings.Seed ?? configuration.Seed)),
                typeof(RunPipeline).Assembly.GetName().Version!.ToString(3))
            { HeldOutTokens = heldOut, Device = DevicePlacement.Provenance(configuration, Backend.Info), Continues = settings.From is { } from ? new ContinuedFrom(from, settings.FromWeights!) : null },
            Created = time.GetUtcNow().UtcDateTime,
        };

    private static DictionaryResult Result(DictionaryDraft draft, DictionaryInfo info, IReadOnlyList<ContextBest> best, ContextSet contexts)
    {
        var metrics = draft.Metrics;
        return new DictionaryResult(
            draft.Id, draft.Features, metrics.L0, metrics.ExplainedVariance, metrics.LossRecovered, metrics.LossRecoveredFromMean, metrics.Loss,
            metrics.LossReconstructed, metrics.LossZeroAblated, metrics.LossMeanAblated, info.Dead, info.Ultralow, draft.SamplesPerSecond,
            new IndexResult(draft.Index.Tokens, draft.Index.Activations, draft.Index.BytesPerActivation, draft.Index.Seconds),
            [.. best.Zip(contexts.Contexts, (b, c) => Context(b, c, draft))]);
    }

    private static ContextResult Context(ContextBest best, ContextInfo context, DictionaryDraft draft)
    {
        var neuron = draft.BestNeurons.TryGetValue(best.Name, out var n) ? new NeuronResult(n.Index, n.Pearson, n.Specificity, n.Recall) : null;
        return new ContextResult(best.Name, context.Share, best.Feature, best.Pearson, best.Specificity, best.Recall, neuron);
    }
}
