using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage;

namespace FeatureExplorer.Web.Training;

/// <summary>From a model to a dictionary and its activation index; takes over what an earlier run has finished.</summary>
public sealed class DictionaryStage(DataFolder folder, TokenizedCorpus corpus, Transformer model, string modelFingerprint, RunConfiguration configuration, FormingStage? forming)
{
    private const string RecordName = "dictionary";
    private const string IndexRecordName = "index";

    /// <summary>What training measured.</summary>
    public sealed record Result(DictionaryMetrics Metrics, long Samples, double SamplesPerSecond, int Resampled);

    /// <summary>The trained dictionary.</summary>
    public (SparseAutoencoder Dictionary, Result Result) Train(
        DictionarySettings settings, StageProgress progress, CancellationToken cancellation)
    {
        var name = settings.Name;
        progress.Begin($"Training dictionary {configuration.Model}/{name}");
        var directory = folder.Dictionary(configuration.Model, name);
        var options = settings.Options(configuration.Seed);
        var fingerprint = StageRecord.Fingerprint(Identity(settings), Stable(options), configuration.EvaluationTokens);
        var result = StageRecord.Find<Result>(directory, RecordName, fingerprint);
        if (result is null)
        {
            result = TrainAnew(settings, directory, options, progress, cancellation);
            StageRecord.Write(directory, RecordName, fingerprint, result);
            File.Delete(Path.Combine(directory, DictionaryCheckpoint.FileName));
        }

        progress.End(string.Create(
            CultureInfo.InvariantCulture,
            $"L0 {result.Metrics.L0:0.0}, loss recovered {result.Metrics.LossRecovered:0.000}, {result.SamplesPerSecond:N0} samples/s"));
        return (SparseAutoencoder.Load(directory), result);
    }

    /// <summary>The complete activation index of a dictionary.</summary>
    public (ActivationIndex Index, double Seconds) BuildIndex(string name, SparseAutoencoder dictionary, StageProgress progress, CancellationToken cancellation)
    {
        progress.Begin($"Indexing {configuration.Model}/{name}");
        var directory = folder.Dictionary(configuration.Model, name);
        var file = folder.Index(configuration.Model, name);
        var header = new IndexHeader
        {
            Corpus = corpus.Hash,
            Tokenizer = corpus.Tokenizer.Hash,
            Model = model.Hash,
            Dictionary = dictionary.Hash,
        };
        var fingerprint = StageRecord.Fingerprint(header, configuration.IndexTokens);
        var seconds = File.Exists(file) ? StageRecord.Find<Timing>(directory, IndexRecordName, fingerprint)?.Seconds : null;
        if (seconds is null)
        {
            var start = Stopwatch.GetTimestamp();
            using var encoder = new ModelFeatureEncoder(model, dictionary);
            ActivationIndexBuilder.Build(file, corpus.HeldOut, configuration.IndexTokens, encoder, header, progress.Fractions(), cancellation);
            seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            StageRecord.Write(directory, IndexRecordName, fingerprint, new Timing(seconds.Value));
        }

        var index = ActivationIndex.Open(file);
        progress.End(string.Create(CultureInfo.InvariantCulture, $"{index.Activations:N0} activations of {index.Tokens:N0} tokens"));
        return (index, seconds.Value);
    }

    private Result TrainAnew(DictionarySettings settings, string directory, DictionaryOptions options, StageProgress progress, CancellationToken cancellation)
    {
        var id = $"{configuration.Model}/{settings.Name}";
        using var stream = ActivationStream.Of(model, corpus.Training, new ActivationStreamOptions { Seed = options.Seed }, settings.At(model.Config));
        using var trainer = new DictionaryTrainer(stream, options);
        var checkpoint = new DictionaryCheckpoint(directory, Identity(settings), CheckpointInterval.Current);
        if (checkpoint.TryRestore(trainer))
        {
            progress.Note(RunEventKind.Checkpoint, Invariant($"{id} goes on from step {trainer.Step:N0} of {options.Steps:N0}"));
        }

        var rate = TakeSteps(trainer, checkpoint, settings, progress, cancellation);
        using var dictionary = trainer.Snapshot();
        dictionary.Site = settings.At(model.Config);
        dictionary.Save(directory);
        var metrics = DictionaryEvaluator.Evaluate(model, dictionary, corpus.HeldOut, configuration.EvaluationTokens, cancellation: cancellation);
        return new Result(metrics, options.Samples, rate, trainer.Resampled);
    }

    /// <summary>All steps that are left; returns the vectors per second.</summary>
    private double TakeSteps(
        DictionaryTrainer trainer, DictionaryCheckpoint checkpoint, DictionarySettings settings, StageProgress progress, CancellationToken cancellation)
    {
        var id = $"{configuration.Model}/{settings.Name}";
        var last = default(DictionaryProgress);
        var resampled = trainer.Resampled;
        var report = new StageProgress.Direct<DictionaryProgress>(p =>
        {
            Show(id, trainer.Options, p, resampled, progress);
            (last, resampled) = (p, p.Resampled);
        });
        var watch = forming?.Watch(settings, trainer, progress);
        while (trainer.Step < trainer.Options.Steps)
        {
            if (cancellation.IsCancellationRequested)
            {
                Save(id, trainer, checkpoint, progress);
                cancellation.ThrowIfCancellationRequested();
            }

            trainer.TakeStep(report);
            var saved = checkpoint.Step;
            checkpoint.SaveIfDue(trainer);
            if (checkpoint.Step != saved)
            {
                NoteCheckpoint(id, trainer, progress);
            }

            watch?.AfterStep(cancellation);
        }

        Save(id, trainer, checkpoint, progress);
        return last?.SamplesPerSecond ?? 0;
    }

    private static void Save(string id, DictionaryTrainer trainer, DictionaryCheckpoint checkpoint, StageProgress progress)
    {
        if (trainer.Step > 0 && checkpoint.Step != trainer.Step)
        {
            checkpoint.Save(trainer);
            NoteCheckpoint(id, trainer, progress);
        }
    }

    private static void NoteCheckpoint(string id, DictionaryTrainer trainer, StageProgress progress) =>
        progress.Note(RunEventKind.Checkpoint, Invariant($"Checkpoint of {id} at step {trainer.Step:N0} of {trainer.Options.Steps:N0}"));

    // The model, and the site where it is not the paper's.
    private string Identity(DictionarySettings settings)
    {
        var site = settings.At(model.Config);
        return site == Site.Default(model.Config) ? modelFingerprint : $"{modelFingerprint} {site}";
    }

    // Dictionaries that were trained before later settings existed are taken over.
    private static JsonObject Stable(DictionaryOptions options) => StageRecord.Stable(
        options, new DictionaryOptions { Features = options.Features, Samples = options.Samples },
        [
            nameof(options.Features), nameof(options.Samples), nameof(options.Batch), nameof(options.LearningRate), nameof(options.Lambda),
            nameof(options.LambdaWarmup), nameof(options.ResampleAt), nameof(options.DeadWindow), nameof(options.ResampleVectors),
            nameof(options.Normalize), nameof(options.Seed), nameof(options.Steps), nameof(options.EffectiveDeadWindow), nameof(options.SampleVectors),
        ]);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void Show(string id, DictionaryOptions options, DictionaryProgress p, int resampledBefore, StageProgress progress)
    {
        progress.Report(
            Math.Min(0.98, (double)p.Step / p.Steps),
            string.Create(CultureInfo.InvariantCulture, $"L0 {p.L0:0.0}, error {p.MeanSquaredError:0.000}, {p.SamplesPerSecond:N0} samples/s"));
        progress.Point(new CurvePoint(
            id, p.Steps, Curves.OfDictionary, p.Step,
            [p.MeanSquaredError + p.L1, p.MeanSquaredError, p.L0, p.Lambda, options.LearningRateAt(p.Step), p.Dead, p.SamplesPerSecond]));
        if (p.Resampled > resampledBefore)
        {
            progress.Note(RunEventKind.Resampling, Invariant($"{id}: {p.Resampled - resampledBefore:N0} dead features were given new weights by step {p.Step:N0}"));
        }
    }

    private sealed record Timing(double Seconds);
}
