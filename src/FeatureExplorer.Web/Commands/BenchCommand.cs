using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Map;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Evaluation;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Web.Commands;

/// <summary><c>bench</c>: how fast the engine runs on this machine. Medians; <c>--peer</c> runs it side by side with what it is compared to.</summary>
public static class BenchCommand
{
    private const int Inputs = 512;

    private static readonly (int M, int N, int K)[] GemmShapes = [(8192, 4096, 512), (4096, 8192, 128), (8192, 512, 128), (512, 4096, 8192)];

    public static Command Create() => new("bench", "Measures the engine's speed on this machine.")
    {
        Gemm(), Dictionary(), Transformer(), Index(), Map(), QualityCommand.Create(),
    };

    private static Command Gemm()
    {
        var json = SharedOptions.Json();
        var shape = new Option<string>("--shape") { Description = "One product M,N,K instead of those of training." };
        shape.Validators.Add(static result =>
        {
            if (Shape(result.GetValueOrDefault<string>()) is null)
            {
                result.AddError($"--shape is {result.GetValueOrDefault<string>()}; it must be three whole numbers from 1 to 65536, as in 1024,512,512.");
            }
        });
        var command = new Command("gemm", "The packed matrix product.") { shape, json };
        command.SetAction(result =>
        {
            var peak = MatrixBenchmark.Peak();
            return Print(
                result.GetValue(json),
                (result.GetValue(shape) is { } one ? [Shape(one)!.Value] : GemmShapes).Select(s => MatrixBenchmark.Run(s.M, s.N, s.K)).ToList(),
                results => string.Join(Environment.NewLine, results.Select(r =>
                    Invariant($"{r.M} x {r.N}, depth {r.K}: {r.GigaflopsPerSecond:0} of {peak:0} GFLOP/s on {r.Threads} threads"))));
        });
        return command;
    }

    /// <summary>M,N,K; null for anything else.</summary>
    private static (int M, int N, int K)? Shape(string? text)
    {
        var sizes = (text ?? "").Split(',').Select(static part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size is >= 1 and <= 1 << 16 ? size : 0).ToArray();
        return sizes is [> 0, > 0, > 0] ? (sizes[0], sizes[1], sizes[2]) : null;
    }

    private static Command Dictionary()
    {
        var features = Whole("--features", 4096, "Features, m.");
        var batch = Whole("--batch", 8192, "Vectors of a step.");
        var l0 = NumberOption.Of<double>("--l0", "Mean number of active features.", 50);
        var variant = new Option<string>("--variant") { Description = "Kind of dictionary.", DefaultValueFactory = _ => DictionaryVariants.Paper2023 };
        variant.AcceptOnlyFromAmong([.. DictionaryVariants.All]);
        var k = NumberOption.Of<int>("--k", "Active features of the TopK kinds; the same as --l0.");
        var (json, peer, device) = (SharedOptions.Json(), Peer(), new DeviceOptions());
        var command = new Command(
            "dictionary", "Full training steps of a sparse dictionary with 512 inputs. Without sizes: a table over sizes and numbers of active features.")
        {
            features, batch, l0, variant, k, peer, json,
        };
        device.AddTo(command);
        command.SetAction((result, cancellation) => Task.Run(
            () =>
            {
                var (m, rows, active, kind) = (result.GetValue(features), result.GetValue(batch), result.GetValue(k) ?? result.GetValue(l0), result.GetValue(variant)!);
                if (device.Chosen(result) is { } on)
                {
                    return Print(result.GetValue(json), on.Alternated(backend => DictionaryBenchmark.Run(m, rows, active, kind, Inputs, backend: backend, cancellation: cancellation), static r => r.SamplesPerSecond), Describe);
                }

                if (result.GetResult(peer) is not null)
                {
                    return Compare(
                        result.GetValue(json), result.GetValue(peer),
                        ["sae_step.py", "--n", $"{Inputs}", "--m", $"{m}", "--batch", $"{rows}", "--l0", Invariant($"{active}"), "--threads", $"{WorkerPool.Threads}"],
                        "samples_per_second", () => DictionaryBenchmark.Run(m, rows, active, kind, Inputs, cancellation: cancellation).SamplesPerSecond, cancellation);
                }

                return IsGiven(result, features) || IsGiven(result, batch) || IsGiven(result, l0)
                    ? Print(result.GetValue(json), DictionaryBenchmark.Run(m, rows, active, kind, Inputs, cancellation: cancellation), Describe)
                    : Sweep(result.GetValue(json), kind, result.GetValue(k), cancellation);
            },
            cancellation));
        return command;
    }

    private static int Sweep(bool json, string variant, int? k, CancellationToken cancellation)
    {
        var results = new List<DictionaryBenchmark.Result>();
        var cases = DictionaryBenchmark.Sweep.Select(size => size with { L0 = k ?? size.L0 }).Distinct();
        foreach (var (features, batch, l0) in cases)
        {
            results.Add(DictionaryBenchmark.Run(features, batch, l0, variant, Inputs, cancellation: cancellation));
            if (!json)
            {
                Console.WriteLine(Describe(results[^1]));
            }
        }

        if (json)
        {
            // One object: the usual case in front, all of them below.
            var usual = results.First(r => r is { Features: 4096, Batch: 8192 } && (k is not null || Math.Abs(r.L0 - 50) < 5));
            var node = JsonSerializer.SerializeToNode(usual, JsonSerializerOptions.Web)!.AsObject();
            node["sweep"] = JsonSerializer.SerializeToNode(results, JsonSerializerOptions.Web);
            Console.WriteLine(node.ToJsonString());
        }

        return ExitCodes.Success;
    }

    private static string Describe(DictionaryBenchmark.Result r) => Invariant(
        $"{r.Variant}, m {r.Features}, batch {r.Batch}, L0 {r.L0:0.0}: {r.SamplesPerSecond:N0} samples/s; a step takes {r.FloorRatio:0.00} x the floor ({r.PeakGigaflops:0} GFLOP/s), {r.ProductRatio:0.00} x its encoder product");

    private static Command Transformer()
    {
        var vocabulary = Whole("--vocabulary", 4096, "Token ids.");
        var (json, peer, device) = (SharedOptions.Json(), Peer(), new DeviceOptions());
        var command = new Command("transformer", "Full training steps of the one-layer transformer, 32 windows of 256 tokens.") { vocabulary, peer, json };
        device.AddTo(command);
        command.SetAction((result, cancellation) => Task.Run(
            () =>
            {
                var ids = result.GetValue(vocabulary);
                TransformerBenchmark.Result Once() => TransformerBenchmark.Run(new TransformerConfig { VocabularySize = ids });
                if (device.Chosen(result) is { } on)
                {
                    return Print(result.GetValue(json), on.Alternated(backend => TransformerBenchmark.Run(new TransformerConfig { VocabularySize = ids }, backend: backend), static r => r.TokensPerSecond), Describe);
                }

                return result.GetResult(peer) is null
                    ? Print(result.GetValue(json), Once(), r => Invariant($"{r.TokensPerSecond:N0} tokens/s with {r.Vocabulary} token ids on {r.Threads} threads"))
                    : Compare(
                        result.GetValue(json), result.GetValue(peer), ["transformer_step.py", "--vocab", $"{ids}", "--threads", $"{WorkerPool.Threads}"],
                        "tokens_per_second", () => Once().TokensPerSecond, cancellation);
            },
            cancellation));
        return command;
    }

    private static Command Index()
    {
        var features = Whole("--features", 4096, "Features, m.");
        var tokens = Whole("--tokens", 1_000_000, "Tokens to index.");
        var (json, device) = (SharedOptions.Json(), new DeviceOptions());
        var command = new Command("index", "The activation index, contexts and all statistics of an untrained model on random words.") { features, tokens, json };
        device.AddTo(command);
        command.SetAction((result, cancellation) => Task.Run(
            () => device.Chosen(result) is { } on
                ? Print(result.GetValue(json), on.Alternated(backend => IndexBenchmark.Run(result.GetValue(features), result.GetValue(tokens), backend: backend, cancellation: cancellation), static r => r.Tokens / r.IndexSeconds), Describe)
                : Print(
                result.GetValue(json),
                IndexBenchmark.Run(result.GetValue(features), result.GetValue(tokens), cancellation: cancellation),
                r => Invariant(
                    $"{r.Seconds:0.0} s for {r.Tokens:N0} tokens and {r.Features:N0} features: index {r.IndexSeconds:0.0} s, contexts {r.ContextSeconds:0.0} s, statistics {r.ReportSeconds:0.0} s ({r.FeaturesPerSecond:N0} features/s); {r.BytesPerActivation:0.00} bytes an activation, {r.PeakMemoryBytes / 1e9:0.00} GB at most")),
            cancellation));
        return command;
    }

    private static Command Map()
    {
        var features = Whole("--features", 4096, "Directions.");
        var clusters = Whole("--clusters", 300, "Planted clusters.");
        var json = SharedOptions.Json();
        var command = new Command("map", "A map of features: neighbours, UMAP, clusters and order of directions in planted clusters.") { features, clusters, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(features) < 2L * result.GetValue(clusters))
            {
                result.AddError($"--features is {result.GetValue(features)} and --clusters {result.GetValue(clusters)}; there must be at least two features for each cluster.");
            }
        });
        command.SetAction((result, cancellation) => Task.Run(
            () => Print(
                result.GetValue(json),
                MapBenchmark.Run(result.GetValue(features), result.GetValue(clusters), cancellation: cancellation),
                r => Invariant(
                    $"{r.Seconds:0.0} s for {r.Features:N0} directions of {r.Inputs} numbers on {r.Threads} threads: {r.Found:N0} clusters found, {r.Planted:N0} planted, {r.Together:0.0 %} of the directions with their own; {r.PeakMemoryBytes / 1e9:0.00} GB at most")),
            cancellation));
        return command;
    }

    private static int Compare(
        bool json, string? folder, IReadOnlyList<string> script, string key, Func<double> ours, CancellationToken cancellation)
    {
        var comparison = PeerComparison.Run(
            PeerComparison.FindFolder(folder), script, key, ours, json ? TextWriter.Null.WriteLine : Console.WriteLine, cancellation);
        return Print(json, comparison, c => Invariant($"{c.Ours:N0} against {c.Peer:N0} {c.Unit.Replace('_', ' ')} of {c.PeerName}: {c.Ratio:0.00} x (medians of {c.OurRuns.Count})"));
    }

    private static string Describe<T>(DeviceComparison<T> c) => string.Join(Environment.NewLine, [
        Invariant($"{c.Device}: {c.PerSecond:N0} a second (median of {c.Runs.Count})"),
        .. c.Other is null ? (string[])[] : [Invariant($"{c.Other}: {c.OtherPerSecond:N0} a second"), Invariant($"{c.Device} / {c.Other}: {c.Ratio:0.000}, median of {c.Runs.Count} pairs")],
    ]);

    private static bool IsGiven(ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };

    private static Option<string?> Peer() => new("--peer")
    {
        Description = "Run the same in PyTorch too, in turns, five times each, and print the ratio. PATH: the folder of the peers, ../shared/peers unless given.",
        Arity = ArgumentArity.ZeroOrOne,
        HelpName = "PATH",
    };

    private static Option<int> Whole(string name, int value, string description)
    {
        var option = NumberOption.Of<int>(name, description, value);
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
