using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Evaluation;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Web.Devices;
using FeatureExplorer.Web.Endpoints.Json;

namespace FeatureExplorer.Web.Commands;

/// <summary>
/// <c>bench quality</c>: what each variant reaches on a trained model, by its sparsity. All train on one file of activations, which other
/// programs can read too; dictionaries that those trained are measured the same way.
/// </summary>
public static class QualityCommand
{
    // A figure that is no number is null, as in the API.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { NumberOrNull.OfDouble } };

    /// <summary>A dictionary and what it reached; the sparsity is λ, or k for the TopK kinds.</summary>
    private sealed record Row(string Variant, double Sparsity, double L0, double ExplainedVariance, double LossRecovered, double LossRecoveredFromMean, double Seconds)
    {
        /// <summary>What the files of a foreign dictionary leave open, and what was assumed.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<string>? Assumed { get; init; }
    }

    private sealed record Request(string Data, string ModelName, string Activations, int Features, long Samples, long Tokens, string[] Variants, float[] Sparsity, float? Threshold, double? Decay, string[] Evaluate, string Device, string Precision);

    public static Command Create()
    {
        var data = SharedOptions.Data();
        var model = new Option<string>("--model") { Description = "A model of the data folder.", DefaultValueFactory = _ => "A" };
        var activations = new Option<string>("--activations")
        {
            Description = "The .npy file of activations to train on; written from the model when it is not there.",
            HelpName = "FILE",
            Required = true,
        };
        var features = NumberOption.Of<int>("--features", "Features, m.", 2048);
        var samples = NumberOption.Of<long>("--samples", "Vectors to train each dictionary on.", 1_000_000);
        var tokens = NumberOption.Of<long>("--tokens", "Held-out tokens to measure on.", 102_400);
        var variants = new Option<string[]>("--variant") { Description = "Variants to train.", AllowMultipleArgumentsPerToken = true };
        variants.AcceptOnlyFromAmong([.. DictionaryVariants.All]);
        var sparsity = NumberOption.List<float>("--sparsity", "Values of λ, or of k for the TopK kinds.");
        var decay = NumberOption.Of<double>("--decay", "Share of the steps, at the end, over which the learning rate falls to 0. Default: the recipe's.");
        var threshold = NumberOption.Of<float>("--threshold", "Where jumprelu's thresholds start, and the width of their kernel, for activations of norm 1. Default: the recipe's.");
        var evaluate = new Option<string[]>("--evaluate")
        {
            Description = "Folders of dictionaries (SAELens) to measure beside them.",
            AllowMultipleArgumentsPerToken = true,
            HelpName = "DIR",
        };
        var device = new Option<string>("--device") { Description = "Where dictionaries train and are measured: cpu, torch:cpu, cuda:0, mps (see torch status).", DefaultValueFactory = static _ => BackendInfo.CpuId };
        var precision = new Option<string>("--precision") { Description = "Precision of the products on --device: float32, tf32, bf16.", DefaultValueFactory = static _ => DevicePlacement.Float32 };
        precision.AcceptOnlyFromAmong([.. DevicePlacement.Precisions]);
        var command = new Command("quality", "L0, explained variance and loss recovered of each variant on a trained model; one JSON object a line.")
        {
            data, model, activations, features, samples, tokens, variants, sparsity, threshold, decay, evaluate, device, precision,
        };
        command.SetAction((result, cancellation) => Task.Run(
            () => Run(
                new Request(
                    result.GetValue(data)!, result.GetValue(model)!, result.GetValue(activations)!, result.GetValue(features), result.GetValue(samples),
                    result.GetValue(tokens), result.GetValue(variants) ?? [], result.GetValue(sparsity) ?? [],
                    result.GetValue(threshold), result.GetValue(decay), result.GetValue(evaluate) ?? [], result.GetValue(device)!, result.GetValue(precision)!),
                cancellation),
            CancellationToken.None));
        return command;
    }

    private static void Check(Request request)
    {
        if (request.Samples < 1)
        {
            throw new ArgumentException($"--samples is {request.Samples}; it must be at least 1.");
        }

        if (request.Variants.Length == 0 != (request.Sparsity.Length == 0))
        {
            throw new ArgumentException("--variant and --sparsity go together: a variant is trained at each sparsity.");
        }

        if (request.Threshold is not null && !request.Variants.Contains(DictionaryVariants.JumpRelu))
        {
            throw new ArgumentException($"--threshold: only {DictionaryVariants.JumpRelu} has thresholds to start with; add it to --variant, or leave the threshold out.");
        }
    }

    private static int Run(Request request, CancellationToken cancellation)
    {
        Check(request);
        var folder = new DataFolder(request.Data);
        using var backend = new TorchComputeDevices(SharedOptions.Settings(request.Data)).Open(request.Device, request.Precision);
        var info = new FeatureStore(FeatureDatabase.Open(folder)).FindModel(request.ModelName)
            ?? throw new ArgumentException($"{request.Data} has no model {request.ModelName}: train one with run --model {request.ModelName}.");
        using var model = TransformerModel.Load(folder.Model(info));
        using var corpus = TokenizedCorpus.Open(folder.Corpus(info.CorpusHash));
        if (!File.Exists(request.Activations))
        {
            using var stream = ActivationStream.Of(model, corpus.Training, new ActivationStreamOptions());
            ActivationFile.Write(request.Activations, stream, request.Samples + (request.Samples / 8), cancellation: cancellation);
        }

        using var activations = ActivationFile.Open(request.Activations);
        foreach (var directory in request.Evaluate)
        {
            using var dictionary = SparseAutoencoder.Load(directory);
            CheckFits(directory, dictionary, model);
            foreach (var assumption in dictionary.Assumptions)
            {
                Console.Error.WriteLine(assumption);
            }

            var row = Measure(directory, 0, dictionary, 0, model, corpus, request.Tokens, backend, cancellation);
            Print(row with { Assumed = dictionary.Assumptions.Count > 0 ? dictionary.Assumptions : null });
        }

        foreach (var (variant, sparsity) in request.Variants.SelectMany(variant => request.Sparsity.Select(sparsity => (variant, sparsity))))
        {
            activations.Seek(0);
            using var trainer = new DictionaryTrainer(activations, Options(request, variant, sparsity), backend);
            var start = Stopwatch.GetTimestamp();
            using var dictionary = trainer.Train(cancellation: cancellation);
            Print(Measure(variant, sparsity, dictionary, Stopwatch.GetElapsedTime(start).TotalSeconds, model, corpus, request.Tokens, backend, cancellation));
        }

        return ExitCodes.Success;
    }

    private static void CheckFits(string directory, SparseAutoencoder dictionary, TransformerModel model)
    {
        var site = dictionary.Site ?? Site.Default(model.Config);
        if (site.Layer >= model.Config.Layers)
        {
            throw new InvalidDataException($"{directory} reads the site {site.HookName}; the model has {model.Config.Layers} layer(s), numbered from 0.");
        }

        if (dictionary.Inputs != site.Width(model.Config))
        {
            throw new InvalidDataException($"{directory} is for activations of width {dictionary.Inputs}; those of {site.HookName} have {site.Width(model.Config)} in this model.");
        }
    }

    private static DictionaryOptions Options(Request request, string variant, float sparsity)
    {
        var options = DictionaryOptions.Preset(request.Features, variant) with { Samples = request.Samples };
        options = request.Decay is { } share ? options with { LearningRateDecay = share } : options;
        options = request.Threshold is { } first ? options with { InitialThreshold = first, Bandwidth = first } : options;
        return variant is DictionaryVariants.TopK or DictionaryVariants.BatchTopK or DictionaryVariants.Matryoshka
            ? options with { K = (int)sparsity }
            : options with { Lambda = sparsity };
    }

    private static Row Measure(
        string name, double sparsity, SparseAutoencoder dictionary, double seconds, TransformerModel model, TokenizedCorpus corpus, long tokens, IComputeBackend backend,
        CancellationToken cancellation)
    {
        var metrics = DictionaryEvaluator.Evaluate(model, dictionary, corpus.HeldOut, tokens, backend: backend, cancellation: cancellation);
        return new Row(
            name, sparsity, Math.Round(metrics.L0, 2), Math.Round(metrics.ExplainedVariance, 4), Math.Round(metrics.LossRecovered, 4),
            Math.Round(metrics.LossRecoveredFromMean, 4), Math.Round(seconds, 1));
    }

    private static void Print(Row row) => Console.WriteLine(JsonSerializer.Serialize(row, Json));
}
