using System.Diagnostics;
using System.Globalization;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage;

namespace FeatureExplorer.Web.Training;

/// <summary>From a model to a dictionary and its activation index; takes over what an earlier run has finished.</summary>
public sealed class DictionaryStage(DataFolder folder, TokenizedCorpus corpus, Transformer model, string modelFingerprint, RunConfiguration configuration, RunPreset preset)
{
    private const string RecordName = "dictionary";
    private const string IndexRecordName = "index";

    /// <summary>What training measured.</summary>
    public sealed record Result(DictionaryMetrics Metrics, long Samples, double SamplesPerSecond, int Resampled);

    /// <summary>The trained dictionary.</summary>
    public (SparseAutoencoder Dictionary, Result Result) Train(
        string name, DictionaryOptions options, StageProgress progress, CancellationToken cancellation)
    {
        progress.Begin($"Training dictionary {configuration.Model}/{name}");
        var directory = folder.Dictionary(configuration.Model, name);
        options = options with { Seed = configuration.Seed };
        var fingerprint = StageRecord.Fingerprint(modelFingerprint, options, preset.EvaluationTokens);
        var result = StageRecord.Find<Result>(directory, RecordName, fingerprint);
        if (result is null)
        {
            var checkpoint = new DictionaryCheckpoint(directory, modelFingerprint, CheckpointInterval.Current);
            result = Train(directory, options, checkpoint, progress, cancellation);
            // The record before the end of the checkpoint: a kill between the two costs nothing.
            StageRecord.Write(directory, RecordName, fingerprint, result);
            checkpoint.Remove();
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
        var fingerprint = StageRecord.Fingerprint(header, preset.IndexTokens);
        var seconds = File.Exists(file) ? StageRecord.Find<Timing>(directory, IndexRecordName, fingerprint)?.Seconds : null;
        if (seconds is null)
        {
            var start = Stopwatch.GetTimestamp();
            using var encoder = new ModelFeatureEncoder(model, dictionary);
            ActivationIndexBuilder.Build(file, corpus.HeldOut, preset.IndexTokens, encoder, header, progress.Fractions(), cancellation);
            seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            StageRecord.Write(directory, IndexRecordName, fingerprint, new Timing(seconds.Value));
        }

        var index = ActivationIndex.Open(file);
        progress.End(string.Create(CultureInfo.InvariantCulture, $"{index.Activations:N0} activations of {index.Tokens:N0} tokens"));
        return (index, seconds.Value);
    }

    private Result Train(
        string directory, DictionaryOptions options, DictionaryCheckpoint checkpoint, StageProgress progress, CancellationToken cancellation)
    {
        using var stream = ActivationStream.Of(model, corpus.Training, new ActivationStreamOptions { Seed = configuration.Seed });
        using var trainer = new DictionaryTrainer(stream, options);
        var last = default(DictionaryProgress);
        using var dictionary = trainer.Train(
            checkpoint,
            new StageProgress.Direct<DictionaryProgress>(p =>
            {
                last = p;
                progress.Report(
                    Math.Min(0.98, (double)p.Step / p.Steps),
                    string.Create(CultureInfo.InvariantCulture, $"L0 {p.L0:0.0}, error {p.MeanSquaredError:0.000}, {p.SamplesPerSecond:N0} samples/s"));
            }),
            cancellation);
        dictionary.Save(directory);
        var metrics = DictionaryEvaluator.Evaluate(model, dictionary, corpus.HeldOut, preset.EvaluationTokens, cancellation: cancellation);
        return new Result(metrics, options.Samples, last?.SamplesPerSecond ?? 0, trainer.Resampled);
    }

    private sealed record Timing(double Seconds);
}
