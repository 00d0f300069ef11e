using System.IO.Compression;
using System.Text.Json;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Analysis.Imports;

/// <summary>Reads feature files of the paper's browser, which come from elsewhere: within limits, and every part is checked.</summary>
internal static class PublishedFeatureFile
{
    /// <summary>Largest file as it lies on the disk, bytes.</summary>
    public const int LargestFile = 16 << 20;

    /// <summary>Largest file after decompression, bytes; the paper's own have 0.2 MB.</summary>
    public const int LargestText = 32 << 20;

    private const int LargestIndex = (1 << 24) - 1;
    private const int MostGroups = 64;
    private const int MostExamples = 1_000;
    private const int MostTokens = 2_048;
    private const int MostBins = 1_000;
    private const int MostEntries = 1_000;
    private const int MostRanks = 100;

    /// <summary>Whether a file has one of the names that are read.</summary>
    public static bool HasName(string path) => path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || IsCompressed(path);

    /// <exception cref="InvalidDataException">The file is no feature of the paper's browser; the message says what is wrong, without the file's name.</exception>
    public static PublishedFeature Read(string path)
    {
        using var text = Text(path);
        PublishedFeature feature;
        try
        {
            feature = JsonSerializer.Deserialize(text, PublishedFeatureJson.Default.PublishedFeature) ?? throw new InvalidDataException("It holds null, not a feature.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string holds half of a surrogate pair.
            throw new InvalidDataException($"Not a feature of the paper's browser: {Shorten(JsonFault.Of(e))}", e);
        }

        Check(feature);
        return feature;
    }

    private static bool IsCompressed(string path) => path.EndsWith(".json.gz", StringComparison.OrdinalIgnoreCase);

    private static MemoryStream Text(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (file.Length > LargestFile)
        {
            throw new InvalidDataException($"It has {file.Length:N0} bytes; at most {LargestFile:N0} are read.");
        }

        using var source = IsCompressed(path) ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        var text = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = source.Read(buffer)) > 0;)
        {
            text.Write(buffer, 0, read);
            if (text.Length > LargestText)
            {
                throw new InvalidDataException($"It has more than {LargestText:N0} bytes after decompression.");
            }
        }

        text.Position = 0;
        return text;
    }

    private static void Check(PublishedFeature feature)
    {
        Require(feature.Index is >= 0 and <= LargestIndex, $"index is {feature.Index}; it must be from 0 to {LargestIndex:N0}.");
        CheckHistogram("act_buckets", feature.ActivationCounts, feature.ActivationEdges);
        CheckHistogram("logit_buckets", feature.LogitCounts, feature.LogitEdges);
        var figures = feature.Statistics;
        Require(figures.Density is >= 0 and <= 1, $"density_frac is {figures.Density}; it must be from 0 to 1.");
        Require(double.IsFinite(figures.Max) && figures.Max >= 0, $"global_max_act is {figures.Max}; it must not be negative.");
        Require(
            figures.Neurons.Count == figures.NeuronWeights.Count && figures.Neurons.Count == figures.NeuronShares.Count && figures.Neurons.Count <= MostEntries,
            "the lists of neurons differ in length or are too long.");
        Require(Numbers(figures.NeuronWeights) && Numbers(figures.NeuronShares) && figures.Neurons.All(n => n >= 0), "a neuron's index or weight is no number that it can be.");
        if (feature.LogitEffects is { } effects)
        {
            Require(effects.Positives.Count <= MostEntries && effects.Negatives.Count <= MostEntries, "logit_effects is too long.");
            Require(effects.Positives.Concat(effects.Negatives).All(e => e is not null && double.IsFinite(e.Weight)), "logit_effects holds something that is no token with a weight.");
        }

        Require(feature.Groups.Count <= MostGroups, $"it has {feature.Groups.Count} groups of examples; at most {MostGroups} are read.");
        foreach (var group in feature.Groups)
        {
            Require(group is not null && group.Examples.Count <= MostExamples, $"a group holds more than {MostExamples} examples.");
            Require(double.IsFinite(group!.Max), $"quantile_max_act of \"{Shorten(group.Name)}\" is no number.");
            foreach (var example in group.Examples)
            {
                Require(example is not null, $"group \"{Shorten(group.Name)}\" holds null.");
                CheckExample(example!);
            }
        }
    }

    private static void CheckHistogram(string name, IReadOnlyList<double> counts, IReadOnlyList<double> edges)
    {
        Require(counts.Count <= MostBins, $"{name} has {counts.Count} bins; at most {MostBins} are read.");
        Require(edges.Count == (counts.Count == 0 ? edges.Count : counts.Count + 1), $"{name} has {counts.Count} bins, but {edges.Count} edges; one more edge than bins belongs to it.");
        Require(counts.All(c => c is >= 0 and <= 1e15 && c == Math.Floor(c)), $"{name} holds something other than counts.");
        Require(Numbers(edges) && edges.Zip(edges.Skip(1)).All(e => e.First <= e.Second), $"the edges of {name} do not rise.");
    }

    private static void CheckExample(PublishedFeature.Window example)
    {
        var length = example.Tokens.Count;
        Require(length is > 0 and <= MostTokens && example.Tokens.All(t => t is not null), $"an example has {length} tokens; it must have 1 to {MostTokens:N0}.");
        Require(example.Activations.Count == length, $"an example has {length} tokens, but {example.Activations.Count} activations.");
        Require(Numbers(example.Activations) && example.Activations.All(a => a >= 0), "an activation is negative or too large.");
        Require(example.Centre >= 0 && example.Centre < length, $"train_token_ind is {example.Centre} in an example of {length} tokens.");
        if (example.Ablations is { } ablations)
        {
            Require(ablations.Loss.Count == length && Numbers(ablations.Loss), "loss_ablation does not have one number for each token.");
            Require(ablations.ErrorLoss is null || (ablations.ErrorLoss.Count == length && Numbers(ablations.ErrorLoss)), "residual_loss_ablation does not have one number for each token.");
            CheckRanks(ablations.RisingTokens, ablations.RisingValues, length);
            CheckRanks(ablations.FallingTokens, ablations.FallingValues, length);
        }
    }

    private static void CheckRanks(IReadOnlyList<IReadOnlyList<string>> tokens, IReadOnlyList<IReadOnlyList<double>> values, int length) => Require(
        tokens.Count == values.Count && tokens.Count <= MostRanks
        && tokens.All(t => t is not null && t.Count == length && t.All(token => token is not null))
        && values.All(v => v is not null && v.Count == length && Numbers(v)),
        "the logits that an ablation changes do not have one token and one number for each token.");

    private static bool Numbers(IReadOnlyList<double> values) => values.All(v => Math.Abs(v) < 1e30);

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidDataException($"Not a feature of the paper's browser: {what}");
        }
    }

    private static string Shorten(string text) => text.Length <= 300 ? text : text[..300] + "…";
}
