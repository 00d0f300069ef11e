using System.Diagnostics;
using System.Globalization;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Training;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Training.Imports;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Training.Stages;

/// <summary>From tokens to a transformer: trains it, goes on from its last checkpoint, or takes over the finished one of an earlier run.</summary>
/// <param name="database">Where runs are recorded.</param>
/// <param name="backend">Where it trains; null: the CPU engine.</param>
public sealed class ModelStage(FeatureDatabase database, IComputeBackend? backend = null)
{
    /// <summary>Name of the record of a finished model.</summary>
    internal const string RecordName = "model";

    /// <summary>Name of the record of a model whose training has begun.</summary>
    internal const string StartedName = "model-started";

    private readonly DataFolder _folder = database.Folder;

    /// <summary>What the stage measured.</summary>
    public sealed record Result(long Tokens, double TokensPerSecond, double HeldOutLoss, double Seconds)
    {
        /// <summary>Hash of the weights; null in records of earlier versions.</summary>
        public string? Weights { get; init; }

        /// <summary>Name of the model whose weights were shuffled; null for one that was trained.</summary>
        public string? ControlOf { get; init; }
    }

    private sealed record Started(long Tokens);

    /// <summary>What decides a model: the same bits come of it.</summary>
    public static string Fingerprint(TokenizedCorpus corpus, RunConfiguration configuration)
    {
        if (configuration.Imported is { } weights)
        {
            return ImportedModels.Fingerprint(corpus, weights);
        }

        if (configuration.Control is { } control)
        {
            return StageRecord.Fingerprint(Fingerprint(corpus, configuration with { Control = null }), control);
        }

        var (config, options, _) = Settings(corpus, configuration);
        return DevicePlacement.PartOfFingerprint(configuration) is { } device
            ? StageRecord.Fingerprint(corpus.Hash, config, options, configuration.Seed, device)
            : StageRecord.Fingerprint(corpus.Hash, config, options, configuration.Seed);
    }

    /// <summary>The trained model, its figures, its fingerprint and the name of its folder.</summary>
    public (TransformerModel Model, Result Result, string Fingerprint, string Folder) Run(
        TokenizedCorpus corpus, RunConfiguration configuration, StageProgress progress, CancellationToken cancellation)
    {
        if (new ImportedModels(database).Of(configuration) is { } imported)
        {
            return TakeImported(imported, corpus, configuration, progress);
        }

        progress.Begin(configuration.Control is null ? "Training the transformer" : "Shuffling the weights");
        var (config, options, training) = Settings(corpus, configuration);
        var fingerprint = Fingerprint(corpus, configuration);
        var place = new StageFolders(database).Model(configuration.Model, fingerprint);
        var directory = _folder.Model(place);
        var result = StageRecord.Find<Result>(directory, RecordName, fingerprint, [.. TransformerModel.Files, Path.GetFileName(_folder.Tokenizer(place))]);
        // Whole files may have changed places, and their checksums with them.
        if (result is null || (result.Weights is { } made && made != Safetensors.CarriedChecksum(Path.Combine(directory, TransformerModel.WeightsFile))))
        {
            result = configuration.Control is null
                ? Train(directory, fingerprint, config, options, training, corpus, configuration.EvaluationTokens, progress, cancellation)
                : Shuffle(directory, fingerprint, corpus, configuration, cancellation);
        }

        if (configuration.Control is not null)
        {
            progress.End(string.Create(CultureInfo.InvariantCulture, $"weights of {result.ControlOf}, held-out loss {result.HeldOutLoss:0.000}"));
            return (TransformerModel.Load(directory), result, fingerprint, place);
        }

        var steps = options.Steps(config.Context);
        progress.Point(new CurvePoint(Curves.HeldOut(Curves.Transformer), steps, Curves.OfHeldOutTransformer, steps, [result.HeldOutLoss]));
        progress.End(string.Create(CultureInfo.InvariantCulture, $"held-out loss {result.HeldOutLoss:0.000}{StageProgress.Rate(result.TokensPerSecond, "tokens/s")}"));
        return (TransformerModel.Load(directory), result, fingerprint, place);
    }

    /// <summary>Makes the control of the finished model that the same settings train.</summary>
    private Result Shuffle(string directory, string fingerprint, TokenizedCorpus corpus, RunConfiguration configuration, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        var (name, trained, original) = Original(corpus, configuration);
        using var model = TransformerModel.Load(original);
        ShuffledWeights.Shuffle(model, configuration.Seed);
        var heldOut = new TokenSource(corpus.HeldOut.Count, corpus.HeldOut.Read);
        var (loss, _) = HeldOutLoss.Of(model, heldOut, configuration.EvaluationTokens, backend, cancellation);
        Directory.CreateDirectory(directory);
        corpus.Tokenizer.Save(_folder.Tokenizer(Path.GetFileName(directory)));
        model.Save(directory);
        var result = trained with { HeldOutLoss = loss, Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds, Weights = model.Hash, ControlOf = name };
        StageRecord.Write(directory, RecordName, fingerprint, result);
        return result;
    }

    private (string Name, Result Trained, string Folder) Original(TokenizedCorpus corpus, RunConfiguration configuration)
    {
        var fingerprint = Fingerprint(corpus, configuration with { Control = null });
        foreach (var model in new FeatureStore(database).Models())
        {
            var folder = _folder.Model(model);
            if (StageRecord.Find<Result>(folder, RecordName, fingerprint, [.. TransformerModel.Files]) is { } trained)
            {
                return (model.Name, trained, folder);
            }
        }

        throw new ArgumentException("There is no finished model of these settings whose weights could be shuffled: run the same settings without the control first.");
    }

    /// <summary>A model that was imported is ready; its files are compared with what they were then.</summary>
    private (TransformerModel Model, Result Result, string Fingerprint, string Folder) TakeImported(
        ModelInfo info, TokenizedCorpus corpus, RunConfiguration configuration, StageProgress progress)
    {
        progress.Begin("Reading the model");
        var model = TransformerModel.Load(_folder.Model(info));
        if (model.Hash != configuration.Imported)
        {
            model.Dispose();
            throw new InvalidDataException($"The weights in {_folder.Model(info)} are not those that were imported as {info.Name}: restore them from a backup, or import the model once more.");
        }

        progress.End(string.Create(CultureInfo.InvariantCulture, $"{info.Origin!.Family}, held-out loss {info.HeldOutLoss:0.000}"));
        return (model, new Result(0, 0, info.HeldOutLoss, 0) { Weights = model.Hash }, Fingerprint(corpus, configuration), info.Folder ?? info.Name);
    }

    private static (TransformerConfig Config, TransformerTrainingOptions Options, TokenSource Training) Settings(TokenizedCorpus corpus, RunConfiguration configuration)
    {
        var config = configuration.Transformer.Config(corpus.Tokenizer.VocabularySize);
        var training = new TokenSource(corpus.Training.Count, corpus.Training.Read);
        return (config, configuration.Transformer.Options(Tokens(training, config, configuration.Transformer), configuration.Seed), training);
    }

    /// <summary>Whole windows, at most the passes that are allowed.</summary>
    private static long Tokens(TokenSource training, TransformerConfig config, TransformerSettings settings)
    {
        var available = (long)(training.Windows(config.Context) * settings.LargestPasses) * config.Context;
        return Math.Max(config.Context, Math.Min(settings.Tokens, available));
    }

    private Result Train(
        string directory, string fingerprint, TransformerConfig config, TransformerTrainingOptions options, TokenSource training, TokenizedCorpus corpus,
        long evaluationTokens, StageProgress progress, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        using var trainer = Begin(directory, fingerprint, config, options, training, progress);
        using var model = trainer.Model;
        var first = trainer.Step;
        TakeSteps(trainer, directory, progress, cancellation);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var heldOut = new TokenSource(corpus.HeldOut.Count, corpus.HeldOut.Read);
        var (loss, _) = HeldOutLoss.Of(model, heldOut, evaluationTokens, backend, cancellation);
        var result = new Result(trainer.Step * trainer.TokensPerStep, (trainer.Step - first) * trainer.TokensPerStep / seconds, loss, seconds);
        // The record before the end of the checkpoint: a kill between the two costs nothing.
        corpus.Tokenizer.Save(_folder.Tokenizer(Path.GetFileName(directory)));
        model.Save(directory);
        result = result with { Weights = model.Hash };
        StageRecord.Write(directory, RecordName, fingerprint, result);
        TransformerCheckpoint.Finish(trainer, directory);
        return result;
    }

    private static void TakeSteps(TransformerTrainer trainer, string directory, StageProgress progress, CancellationToken cancellation)
    {
        var saved = Stopwatch.GetTimestamp();
        try
        {
            trainer.Run(
                new StageProgress.Direct<TransformerTrainingProgress>(p => Show(progress, p)),
                t =>
                {
                    if (Stopwatch.GetElapsedTime(saved) >= CheckpointInterval.Current || t.Step == t.Steps)
                    {
                        Save(t, directory, progress);
                        saved = Stopwatch.GetTimestamp();
                    }
                },
                cancellation);
        }
        catch (OperationCanceledException) when (trainer.Step > 0)
        {
            Save(trainer, directory, progress);
            throw;
        }
    }

    private static void Save(TransformerTrainer trainer, string directory, StageProgress progress)
    {
        TransformerCheckpoint.Save(trainer, directory);
        progress.Note(RunEventKind.Checkpoint, string.Create(CultureInfo.InvariantCulture, $"Checkpoint of the transformer at step {trainer.Step:N0} of {trainer.Steps:N0}"));
    }

    /// <summary>Goes on from the folder's checkpoint when it belongs to this very training, and otherwise begins.</summary>
    private TransformerTrainer Begin(
        string directory, string fingerprint, TransformerConfig config, TransformerTrainingOptions options, TokenSource training, StageProgress progress)
    {
        if (StageRecord.Find<Started>(directory, StartedName, fingerprint) is not null && TransformerCheckpoint.Exists(directory))
        {
            var resumed = TransformerCheckpoint.Resume(directory, training, backend);
            progress.Note(RunEventKind.Checkpoint, string.Create(CultureInfo.InvariantCulture, $"The transformer goes on from step {resumed.Step:N0} of {resumed.Steps:N0}"));
            return resumed;
        }

        Directory.CreateDirectory(directory);
        File.Delete(Path.Combine(directory, TransformerCheckpoint.StateFile));
        StageRecord.Write(directory, StartedName, fingerprint, new Started(options.Tokens));
        return new TransformerTrainer(TransformerModel.Create(config, options.Seed), options, training, backend);
    }

    private static void Show(StageProgress progress, TransformerTrainingProgress p)
    {
        progress.Report(
            Math.Min(0.999, (double)p.Step / p.Steps), string.Create(CultureInfo.InvariantCulture, $"loss {p.Loss:0.000}{StageProgress.Rate(p.TokensPerSecond, "tokens/s")}"));
        progress.Point(new CurvePoint(
            Curves.Transformer, p.Steps, Curves.OfTransformer, p.Step, [p.Loss, p.LearningRate, p.GradientNorm, StageProgress.Known(p.TokensPerSecond)]));
    }
}
