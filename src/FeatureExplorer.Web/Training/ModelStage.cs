using System.Diagnostics;
using System.Globalization;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage;

namespace FeatureExplorer.Web.Training;

/// <summary>From tokens to a transformer: trains it, goes on from its last checkpoint, or takes over the finished one of an earlier run.</summary>
public sealed class ModelStage(DataFolder folder)
{
    private const string RecordName = "model";
    private const string StartedName = "model-started";

    /// <summary>What the stage measured.</summary>
    public sealed record Result(long Tokens, double TokensPerSecond, double HeldOutLoss, double Seconds);

    private sealed record Started(long Tokens);

    /// <summary>The trained model, its figures and its fingerprint.</summary>
    public (Transformer Model, Result Result, string Fingerprint) Run(
        TokenizedCorpus corpus, RunConfiguration configuration, RunPreset preset, StageProgress progress, CancellationToken cancellation)
    {
        progress.Begin("Training the transformer");
        var config = new TransformerConfig { VocabularySize = corpus.Tokenizer.VocabularySize };
        var training = new TokenSource(corpus.Training.Count, corpus.Training.Read);
        var options = new TransformerTrainingOptions { Tokens = Tokens(training, config, preset), Seed = configuration.Seed };
        var fingerprint = StageRecord.Fingerprint(corpus.Hash, config, options, configuration.Seed);
        var directory = folder.Model(configuration.Model);
        var result = StageRecord.Find<Result>(directory, RecordName, fingerprint);
        if (result is null)
        {
            result = Train(directory, fingerprint, config, options, training, corpus, preset, progress, cancellation);
            corpus.Tokenizer.Save(folder.Tokenizer(configuration.Model));
            StageRecord.Write(directory, RecordName, fingerprint, result);
        }

        progress.End(string.Create(CultureInfo.InvariantCulture, $"held-out loss {result.HeldOutLoss:0.000}, {result.TokensPerSecond:N0} tokens/s"));
        return (Transformer.Load(directory), result, fingerprint);
    }

    /// <summary>Whole windows, at most the passes that the preset allows.</summary>
    private static long Tokens(TokenSource training, TransformerConfig config, RunPreset preset)
    {
        var available = (long)(training.Windows(config.Context) * preset.LargestPasses) * config.Context;
        return Math.Max(config.Context, Math.Min(preset.TransformerTokens, available));
    }

    private static Result Train(
        string directory, string fingerprint, TransformerConfig config, TransformerTrainingOptions options, TokenSource training, TokenizedCorpus corpus,
        RunPreset preset, StageProgress progress, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        using var trainer = Begin(directory, fingerprint, config, options, training);
        using var model = trainer.Model;
        var first = trainer.Step;
        var saved = Stopwatch.GetTimestamp();
        trainer.Run(
            new StageProgress.Direct<TransformerTrainingProgress>(p => Show(progress, p)),
            t =>
            {
                if (Stopwatch.GetElapsedTime(saved) >= CheckpointInterval.Current)
                {
                    TransformerCheckpoint.Save(t, directory);
                    saved = Stopwatch.GetTimestamp();
                }
            },
            cancellation);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        TransformerCheckpoint.Finish(trainer, directory);
        var heldOut = new TokenSource(corpus.HeldOut.Count, corpus.HeldOut.Read);
        var (loss, _) = HeldOutLoss.Of(model, heldOut, preset.EvaluationTokens, cancellation);
        return new Result(trainer.Step * trainer.TokensPerStep, (trainer.Step - first) * trainer.TokensPerStep / seconds, loss, seconds);
    }

    /// <summary>Goes on from the folder's checkpoint when it belongs to this very training, and otherwise begins.</summary>
    private static TransformerTrainer Begin(
        string directory, string fingerprint, TransformerConfig config, TransformerTrainingOptions options, TokenSource training)
    {
        if (StageRecord.Find<Started>(directory, StartedName, fingerprint) is not null && TransformerCheckpoint.Exists(directory))
        {
            return TransformerCheckpoint.Resume(directory, training);
        }

        Directory.CreateDirectory(directory);
        File.Delete(Path.Combine(directory, TransformerCheckpoint.StateFile));
        StageRecord.Write(directory, StartedName, fingerprint, new Started(options.Tokens));
        return new TransformerTrainer(Transformer.Create(config, options.Seed), options, training);
    }

    private static void Show(StageProgress progress, TransformerTrainingProgress p) => progress.Report(
        Math.Min(0.999, (double)p.Step / p.Steps), string.Create(CultureInfo.InvariantCulture, $"loss {p.Loss:0.000}, {p.TokensPerSecond:N0} tokens/s"));
}
