using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using FeatureExplorer.Analysis;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Evaluation;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Training.Stages;

/// <summary>
/// From a model to the dictionaries of a group and their activation indexes; takes over what an earlier run has finished. The dictionaries are trained
/// together, on one stream of activations (<see cref="DictionaryGroups"/>).
/// </summary>
/// <param name="folders">Where each dictionary's files go.</param>
/// <param name="corpus">The tokens.</param>
/// <param name="model">The trained model.</param>
/// <param name="modelFingerprint">What decided it.</param>
/// <param name="configuration">The run's.</param>
/// <param name="group">The dictionaries.</param>
/// <param name="forming">Makes features browsable meanwhile; or null.</param>
/// <param name="backend">Where it computes; null: the CPU engine.</param>
public sealed class DictionaryStage(
    RunFolders folders, TokenizedCorpus corpus, TransformerModel model, string modelFingerprint, RunConfiguration configuration, IReadOnlyList<DictionarySettings> group,
    FormingStage? forming, IComputeBackend? backend = null) : IDisposable
{
    /// <summary>Name of the record of a finished dictionary.</summary>
    internal const string RecordName = "dictionary";

    private const string IndexRecordName = "index";

    // A file of its own for each group of dictionaries: a training that was stopped keeps its state while others train on the same model.
    private readonly DictionaryCheckpoint _checkpoint = new(
        folders.Training(StageRecord.Fingerprint([.. group.Select(settings => Fingerprint(modelFingerprint, model.Config, configuration, settings))])),
        Identity(modelFingerprint, configuration, model.Config, group[0]), CheckpointInterval.Current);

    private ActivationStream? _stream;
    private DictionarySweep? _sweep;
    private GroupTraining? _training;
    private List<SparseAutoencoder?> _starts = [];
    private List<DictionarySettings> _trained = [];

    /// <summary>Opens the dictionary that one of the group goes on from; null where it begins anew.</summary>
    public Func<DictionarySettings, SparseAutoencoder?> Start { get; init; } = static _ => null;

    /// <summary>What training measured.</summary>
    public sealed record Result(DictionaryMetrics Metrics, long Samples, double SamplesPerSecond, int Resampled)
    {
        /// <summary>Hash of the weights; null in records of earlier versions.</summary>
        public string? Weights { get; init; }
    }

    /// <summary>The next dictionary of the group, trained; the others are trained as far as it on the way.</summary>
    public (SparseAutoencoder Dictionary, Result Result) Train(DictionarySettings settings, StageProgress progress, CancellationToken cancellation)
    {
        var directory = folders.Dictionary(settings.Name);
        var result = Finished(settings);
        if (result is null)
        {
            result = TrainAnew(settings, directory, progress, cancellation);
            StageRecord.Write(directory, RecordName, Fingerprint(settings), result);
        }
        else
        {
            progress.Begin($"Training dictionary {configuration.Model}/{settings.Name}");
        }

        // What was measured on the way are the weights of that step; the curve ends at those that are kept.
        var steps = settings.Options(configuration.Seed).Steps;
        progress.Point(new CurvePoint(
            Curves.HeldOut($"{configuration.Model}/{settings.Name}"), steps, Curves.OfHeldOut, steps,
            [result.Metrics.ExplainedVariance, result.Metrics.LossRecovered, result.Metrics.L0]));
        if (settings == group[^1])
        {
            _checkpoint.Remove();
            Release();
        }

        progress.End(Invariant($"L0 {result.Metrics.L0:0.0}, loss recovered {result.Metrics.LossRecovered:0.000}{StageProgress.Rate(result.SamplesPerSecond, "samples/s")}"));
        return (SparseAutoencoder.Load(directory), result);
    }

    /// <summary>The complete activation index of a dictionary.</summary>
    public (ActivationIndex Index, double Seconds) BuildIndex(string name, SparseAutoencoder dictionary, StageProgress progress, CancellationToken cancellation)
    {
        progress.Begin($"Indexing {configuration.Model}/{name}");
        var directory = folders.Dictionary(name);
        var file = folders.Index(name);
        var header = new IndexHeader
        {
            Corpus = corpus.Hash,
            Tokenizer = corpus.Tokenizer.Hash,
            Model = model.Hash,
            Dictionary = dictionary.Hash,
        };
        var fingerprint = DevicePlacement.PartOfFingerprint(configuration) is { } device
            ? StageRecord.Fingerprint(header, configuration.IndexTokens, device)
            : StageRecord.Fingerprint(header, configuration.IndexTokens);
        var seconds = WasMadeOf(file, header) ? StageRecord.Find<Timing>(directory, IndexRecordName, fingerprint, Path.GetFileName(file))?.Seconds : null;
        if (seconds is null)
        {
            var start = Stopwatch.GetTimestamp();
            using var encoder = new ModelFeatureEncoder(model, dictionary, backend: backend);
            ActivationIndexBuilder.Build(file, corpus.HeldOut, configuration.IndexTokens, encoder, header, progress.Fractions(), cancellation);
            seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            StageRecord.Write(directory, IndexRecordName, fingerprint, new Timing(seconds.Value));
        }

        var index = ActivationIndex.Open(file);
        progress.End($"{Wording.Counted(index.Activations, "activation")} of {Wording.Counted(index.Tokens, "token")}");
        return (index, seconds.Value);
    }

    public void Dispose() => Release();

    /// <summary>What training alone needs, hundreds of megabytes: indexing does not have to find room beside it.</summary>
    private void Release()
    {
        _sweep?.Dispose();
        _stream?.Dispose();
        _starts.ForEach(static start => start?.Dispose());
        (_sweep, _stream, _training, _starts) = (null, null, null, []);
    }

    private Result TrainAnew(DictionarySettings settings, string directory, StageProgress progress, CancellationToken cancellation)
    {
        var training = _training ??= Begin(progress);
        var place = _trained.IndexOf(settings);
        progress.Begin(training.Title(place));
        var rate = training.Finish(place, ShareBefore(settings), cancellation);
        var trainer = _sweep!.Trainers[place];
        using var dictionary = trainer.Snapshot();
        dictionary.Site = settings.At(model.Config);
        dictionary.Save(directory);
        var metrics = DictionaryEvaluator.Evaluate(model, dictionary, corpus.HeldOut, configuration.EvaluationTokens, backend: backend, cancellation: cancellation);
        return new Result(metrics, trainer.Options.Samples, rate, trainer.Resampled) { Weights = dictionary.Hash };
    }

    /// <summary>All of the group that no earlier run has finished, where a checkpoint left them or at their start.</summary>
    private GroupTraining Begin(StageProgress progress)
    {
        _trained = [.. group.Where(settings => Finished(settings) is null)];
        _stream = ActivationStream.Of(
            model, corpus.Training, new ActivationStreamOptions { Seed = configuration.Seed }, group[0].At(model.Config), backend);
        _starts.AddRange(_trained.Select(Start));
        _sweep = new DictionarySweep(_stream, [.. _trained.Select(settings => settings.Options(configuration.Seed))], backend, _starts);
        var restored = _checkpoint.TryRestore(_sweep) || RestoreOlder(_sweep);
        var training = new GroupTraining(configuration.Model, _sweep, _trained, _checkpoint, forming, progress);
        if (restored)
        {
            training.NoteRestored();
        }

        return training;
    }

    // What an earlier version saved goes on under its new name from the next checkpoint on.
    private bool RestoreOlder(DictionarySweep sweep) =>
        new DictionaryCheckpoint(folders.OlderTraining, Identity(modelFingerprint, configuration, model.Config, group[0]), CheckpointInterval.Current).TryRestore(sweep);

    /// <summary>The share of a dictionary's training that the stages of the group's earlier ones take.</summary>
    private double ShareBefore(DictionarySettings settings)
    {
        var place = _trained.IndexOf(settings);
        return place == 0 ? 0 : Math.Min(1, (double)_trained[place - 1].Samples / settings.Samples);
    }

    private Result? Finished(DictionarySettings settings)
    {
        var directory = folders.Dictionary(settings.Name);
        var result = StageRecord.Find<Result>(directory, RecordName, Fingerprint(settings), [.. SparseAutoencoder.Files]);
        return result is null || IsOf(result, Safetensors.CarriedChecksum(Path.Combine(directory, SparseAutoencoder.WeightsFile)), folders.Index(settings.Name)) ? result : null;
    }

    // Whole files may have changed places, and their checksums with them.
    private static bool IsOf(Result result, string? weights, string index) =>
        result.Weights is { } made ? made == weights : HeaderOf(index) is not { } header || header.Dictionary == weights;

    private static bool WasMadeOf(string index, IndexHeader header) => HeaderOf(index) is { } found
        && (found.Corpus, found.Tokenizer, found.Model, found.Dictionary) == (header.Corpus, header.Tokenizer, header.Model, header.Dictionary);

    /// <summary>Null where there is no index, or none that can be read.</summary>
    private static IndexHeader? HeaderOf(string index)
    {
        try
        {
            using var opened = ActivationIndex.Open(index);
            return opened.Header;
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>What decides a dictionary: the same bits come of it.</summary>
    public static string Fingerprint(string modelFingerprint, TransformerConfig model, RunConfiguration configuration, DictionarySettings settings) => StageRecord.Fingerprint(
        [
            Identity(modelFingerprint, model, settings), Stable(settings.Options(configuration.Seed)), configuration.EvaluationTokens,
            .. DevicePlacement.PartOfFingerprint(configuration) is { } device ? (object[])[device] : [],
        ]);

    private string Fingerprint(DictionarySettings settings) => Fingerprint(modelFingerprint, model.Config, configuration, settings);

    // The model, and the site where it is not the paper's.
    private static string Identity(string modelFingerprint, TransformerConfig model, DictionarySettings settings)
    {
        var site = settings.At(model);
        return site == Site.Default(model) ? modelFingerprint : $"{modelFingerprint} {site}";
    }

    private static string Identity(string modelFingerprint, RunConfiguration configuration, TransformerConfig model, DictionarySettings settings) =>
        Invariant($"{Identity(modelFingerprint, model, settings)} stream {configuration.Seed}{(DevicePlacement.PartOfFingerprint(configuration) is { } device ? " on " + device : string.Empty)}");

    // Dictionaries that were trained before later settings existed are taken over.
    private static JsonObject Stable(DictionaryOptions options) => StageRecord.Stable(
        options, new DictionaryOptions { Features = options.Features, Samples = options.Samples },
        [
            nameof(options.Features), nameof(options.Samples), nameof(options.Batch), nameof(options.LearningRate), nameof(options.Lambda),
            nameof(options.LambdaWarmup), nameof(options.ResampleAt), nameof(options.DeadWindow), nameof(options.ResampleVectors),
            nameof(options.Normalize), nameof(options.Seed), nameof(options.Steps), nameof(options.EffectiveDeadWindow), nameof(options.SampleVectors),
        ]);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Timing(double Seconds);
}
