using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Configuration;

/// <summary>
/// What a run will probably cost, from the sizes alone and the machine's measured speed. Operations are counted; the shares of the matrix
/// product's speed that the stages reach, and the times per token and vector beside it, were measured on two cores (docs/performance.md).
/// </summary>
public sealed record RunEstimate
{
    private const double TransformerShare = 0.75;
    private const double ForwardShare = 0.6;

    // A dictionary's step beside its encoder product, with the share of that product's own speed.
    private const double StepOverProduct = 1.4;
    private const double UsualL0 = 20;

    // For each input of the stream: its shuffle buffer in half precision, and a resampling's vectors in single precision.
    private const long BufferedBytes = (2L << 18) + (4L << 16);

    /// <summary>Seconds of every stage, in the order of the run.</summary>
    public required IReadOnlyList<double> Stages { get; init; }

    /// <summary>Largest resident memory, bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>What the run leaves in the data folder, and its temporary files, bytes.</summary>
    public required long DiskBytes { get; init; }

    /// <summary>By the name of a curve: tokens or vectors per second at the theoretical limit, which counts the unavoidable matrix products only.</summary>
    public required IReadOnlyDictionary<string, double> Floors { get; init; }

    public double Seconds => Stages.Sum();

    /// <summary>Estimates a run.</summary>
    /// <param name="run">Its configuration.</param>
    /// <param name="speed">The machine's.</param>
    /// <param name="corpusBytes">Bytes of text, or null when not known.</param>
    public static RunEstimate Of(RunConfiguration run, MachineSpeed speed, long? corpusBytes = null)
    {
        if (run.Import is { } import)
        {
            // What the files hold shows only when they are opened.
            return new RunEstimate { Stages = [.. Enumerable.Repeat(10.0, Imports.ImportPipeline.StagesOf(import))], MemoryBytes = 1L << 30, DiskBytes = 1L << 30, Floors = new Dictionary<string, double>() };
        }

        var model = run.Transformer;
        var bytes = corpusBytes ?? 3 * (run.HeldOutTokens + (long)(model.Tokens / Math.Max(model.LargestPasses, 1e-3)));
        var tokens = Math.Min(model.Tokens, corpusBytes is { } known ? (long)(model.LargestPasses * known / 3.2) : model.Tokens);
        var indexed = Math.Min(run.IndexTokens, Math.Max(run.HeldOutTokens, 1));
        var forward = ForwardFlops(model) / (speed.Flops * ForwardShare);
        var stages = new List<double>
        {
            run.Imported is null ? bytes / 6e6 : 0,
            run.Imported is null ? tokens * TrainingFlops(model) / (speed.Flops * TransformerShare) : 0,
            indexed * 12e-6,
            indexed * (forward + (model.DMlp * 20e-9)),
        };
        foreach (var group in DictionaryGroups.Of(run))
        {
            for (var i = 0; i < group.Count; i++)
            {
                // Until this one is finished, it and those after it train on the same vectors, which the model computes once.
                var (dictionary, vectors) = (group[i], group[i].Samples - (i == 0 ? 0 : group[i - 1].Samples));
                var products = group.Skip(i).Sum(d => ProductFlops(d, model)) / speed.Flops;
                stages.Add((vectors * ((products * StepOverProduct) + forward + (DictionaryGroups.Inputs(dictionary, model) * 8e-9))) + (run.EvaluationTokens * 4 * forward * 3));
                stages.Add(indexed * ((ProductFlops(dictionary, model) / speed.Flops * 1.2) + forward + 6e-6));
                stages.Add(dictionary.Features * (6e-3 + (2.0 * model.Vocabulary * model.DModel / speed.Flops)));
            }
        }

        // Neurons as features, relations of features, their ablation, their splitting, automata and map, logit updates.
        var features = run.Dictionaries.Sum(d => (long)d.Features);
        stages.AddRange([indexed * model.DMlp * 60e-9, features * 2e-3, features * 4e-3, features * 1e-3, features * 3e-3, features * 5e-3, run.EvaluationTokens * run.Dictionaries.Count * 7 * forward]);
        if (run.Steer is not null)
        {
            stages.AddRange(run.Dictionaries.Select(static d => d.Features * 60e-3));
        }

        return new RunEstimate
        {
            Stages = stages,
            MemoryBytes = Memory(run),
            DiskBytes = Disk(run, bytes, indexed),
            Floors = FloorsOf(run, speed),
        };
    }

    private static Dictionary<string, double> FloorsOf(RunConfiguration run, MachineSpeed speed)
    {
        var floors = new Dictionary<string, double> { ["transformer"] = speed.Flops / TrainingFlops(run.Transformer) };
        foreach (var dictionary in run.Dictionaries)
        {
            floors[$"{run.Model}/{dictionary.Name}"] = speed.Flops / ProductFlops(dictionary, run.Transformer);
        }

        return floors;
    }

    private static double ProductFlops(DictionarySettings dictionary, TransformerSettings model) =>
        2.0 * DictionaryGroups.Inputs(dictionary, model) * dictionary.Features;

    /// <summary>Weights of a layer that multiply every token.</summary>
    private static double LayerWeights(TransformerSettings model) => (4.0 * model.DModel * model.DModel) + (2.0 * model.DModel * model.DMlp);

    private static double TrainingFlops(TransformerSettings model) =>
        6 * ((model.Layers * (LayerWeights(model) + ((double)model.Context * model.DModel))) + ((double)model.DModel * model.Vocabulary));

    private static double ForwardFlops(TransformerSettings model) =>
        2 * model.Layers * (LayerWeights(model) + ((double)model.Context * model.DModel));

    private static long Memory(RunConfiguration run)
    {
        var model = run.Transformer;
        var weights = (long)(model.Layers * LayerWeights(model)) + (2L * model.DModel * model.Vocabulary);
        var rows = (long)model.BatchWindows * model.Context;
        var training = (16 * weights) + (rows * 4 * ((model.Layers * ((16L * model.DModel) + (3L * model.DMlp))) + 2048));
        var largest = DictionaryGroups.Of(run).Select(group => group.Sum(d => DictionaryGroups.Bytes(d, model) + (DictionaryGroups.Inputs(d, model) * d.Batch * 8L))
            + (DictionaryGroups.Inputs(group[0], model) * BufferedBytes)).DefaultIfEmpty().Max();
        return (150L << 20) + Math.Max(training, largest + (512L << 20));
    }

    private static long Disk(RunConfiguration run, long bytes, long indexed)
    {
        var contexts = indexed * 80;
        var weights = run.Dictionaries.Sum(d => 8 * DictionaryGroups.Inputs(d, run.Transformer) * d.Features);
        var indexes = (long)(indexed * UsualL0 * 6 * (run.Dictionaries.Count + 1));
        var pages = run.Dictionaries.Sum(d => d.Features * 14_000L);
        return (2 * bytes / 3) + contexts + (4 * weights) + indexes + pages;
    }
}
