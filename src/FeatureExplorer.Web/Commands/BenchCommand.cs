using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Web.Commands;

/// <summary><c>bench</c>: how fast the engine runs on this machine. Medians; run it side by side with what it is compared to.</summary>
public static class BenchCommand
{
    private static readonly (int M, int N, int K)[] GemmShapes = [(8192, 4096, 512), (4096, 8192, 128), (8192, 512, 128), (512, 4096, 8192)];

    public static Command Create() => new("bench", "Measures the engine's speed on this machine.")
    {
        Gemm(), Dictionary(), Transformer(), Index(), QualityCommand.Create(),
    };

    private static Command Gemm()
    {
        var json = SharedOptions.Json();
        var command = new Command("gemm", "The packed matrix product.") { json };
        command.SetAction(result => Print(
            result.GetValue(json),
            GemmShapes.Select(shape => MatrixBenchmark.Run(shape.M, shape.N, shape.K)).ToList(),
            results => string.Join(Environment.NewLine, results.Select(r => Invariant($"{r.M} x {r.N}, depth {r.K}: {r.GigaflopsPerSecond:0} GFLOP/s on {r.Threads} threads")))));
        return command;
    }

    private static Command Dictionary()
    {
        var features = Whole("--features", 4096, "Features, m.");
        var batch = Whole("--batch", 8192, "Vectors of a step.");
        var l0 = new Option<double>("--l0") { Description = "Mean number of active features.", DefaultValueFactory = _ => 50 };
        var json = SharedOptions.Json();
        var command = new Command("dictionary", "Full training steps of a sparse dictionary with 512 inputs.") { features, batch, l0, json };
        command.SetAction(result => Print(
            result.GetValue(json),
            DictionaryBenchmark.Run(result.GetValue(features), result.GetValue(batch), result.GetValue(l0)),
            r => Invariant($"{r.SamplesPerSecond:N0} samples/s at L0 {r.L0:0.0}; a step takes {r.FloorRatio:0.00} x the time of its encoder product")));
        return command;
    }

    private static Command Transformer()
    {
        var vocabulary = Whole("--vocabulary", 4096, "Token ids.");
        var json = SharedOptions.Json();
        var command = new Command("transformer", "Full training steps of the one-layer transformer, 32 windows of 256 tokens.") { vocabulary, json };
        command.SetAction(result => Print(
            result.GetValue(json),
            TransformerBenchmark.Run(new TransformerConfig { VocabularySize = result.GetValue(vocabulary) }),
            r => Invariant($"{r.TokensPerSecond:N0} tokens/s with {r.Vocabulary} token ids on {r.Threads} threads")));
        return command;
    }

    private static Command Index()
    {
        var features = Whole("--features", 4096, "Features, m.");
        var tokens = Whole("--tokens", 1_000_000, "Tokens to index.");
        var json = SharedOptions.Json();
        var command = new Command("index", "The activation index and all statistics, on synthetic activations.") { features, tokens, json };
        command.SetAction((result, cancellation) => Task.FromResult(Print(
            result.GetValue(json),
            IndexBenchmark.Run(result.GetValue(features), result.GetValue(tokens), cancellation: cancellation),
            r => Invariant($"{r.TokensPerSecond:N0} tokens/s, {r.BytesPerActivation:0.00} bytes an activation, statistics of {r.FeaturesPerSecond:N0} features/s"))));
        return command;
    }

    private static Option<int> Whole(string name, int value, string description)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var given) && given < 1)
            {
                result.AddError($"{name} is {given}; it must be at least 1.");
            }
        });
        return option;
    }

    private static int Print<T>(bool json, T result, Func<T, string> text)
    {
        Console.WriteLine(json ? JsonSerializer.Serialize(result, JsonSerializerOptions.Web) : text(result));
        return ExitCodes.Success;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
