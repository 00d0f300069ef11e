using System.Globalization;
using FeatureExplorer.Analysis.Steering;

namespace FeatureExplorer.Training.Configuration;

/// <summary>One setting of a run as people see it, with the values that it takes.</summary>
/// <param name="Field">Its name in JSON; for a dictionary, within the dictionary.</param>
/// <param name="Label">What it is called.</param>
/// <param name="Help">What it does, and what is usual.</param>
public sealed record RunSetting(string Field, string Label, string Help)
{
    public SettingKind Kind { get; init; }

    /// <summary>Smallest value.</summary>
    public double Low { get; init; }

    /// <summary>Largest value; infinite where there is none.</summary>
    public double High { get; init; } = double.PositiveInfinity;

    /// <summary>Whether the value must be larger than <see cref="Low"/>, not equal to it.</summary>
    public bool AboveLow { get; init; }

    /// <summary>Whether the value must be smaller than <see cref="High"/>, not equal to it.</summary>
    public bool BelowHigh { get; init; }

    /// <summary>What its numbers count, or empty.</summary>
    public string Unit { get; init; } = string.Empty;

    /// <summary>Whether an empty field stands for what suits the other settings.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Whether few people change it.</summary>
    public bool IsAdvanced { get; init; }

    /// <summary>The values that it takes, as the end of a sentence: "from 257 to 65,536".</summary>
    public string Range => AboveLow || BelowHigh
        ? $"{(AboveLow ? "more than" : "at least")} {Number(Low)} and {(BelowHigh ? "less than" : "at most")} {Number(High)}"
        : double.IsFinite(High) ? $"from {Number(Low)} to {Number(High)}" : $"{Number(Low)} or more";

    /// <summary>The text of the corpus.</summary>
    public static IReadOnlyList<RunSetting> OfText { get; } =
    [
        new("heldOutTokens", "Held-out tokens", "Text that nothing is trained on; all figures and examples come from it. At most a fifth of the corpus is held out.") { Kind = SettingKind.WholeNumber, Low = 1_000, High = 1e9, Unit = "tokens" },
        new("keep", "Mixture", "Share of a domain's documents to keep, such as arabic=0.1, dna=0.1. Rare text tends to get features of its own; common text is spread over neurons. An empty field keeps everything.") { IsAdvanced = true },
    ];

    /// <summary>The transformer.</summary>
    public static IReadOnlyList<RunSetting> OfModel { get; } =
    [
        new("model", "Name", "First part of every feature's address: A in A/1/2357. A run with the same model settings as an earlier run adds dictionaries to that model."),
        new("transformer.tokens", "Tokens", "Text to train on. Two million make a demo, 40 million a good model of this size; features get clearer with more.") { Kind = SettingKind.WholeNumber, Low = 1, High = 1e12, Unit = "tokens" },
        new("transformer.vocabulary", "Vocabulary", "Size of the tokenizer's vocabulary. 8,192 suits small models; a larger one makes tokens longer and training slower.") { Kind = SettingKind.WholeNumber, Low = 257, High = 65_536, Unit = "token ids" },
        new("transformer.layers", "Layers", "With one layer, as in the paper, features can be read from the text just before them.") { Kind = SettingKind.WholeNumber, Low = 1, High = 48, Unit = "layers" },
        new("transformer.dModel", "Width", "d_model, the size of the residual stream. The paper has 128.") { Kind = SettingKind.WholeNumber, Low = 8, High = 8192, Unit = "dimensions" },
        new("transformer.dMlp", "Neurons", "d_mlp, the neurons of each MLP layer. Dictionaries at mlp.post decompose them. The paper has 512.") { Kind = SettingKind.WholeNumber, Low = 8, High = 65_536, Unit = "neurons" },
        new("transformer.heads", "Heads", "Attention heads of each layer. The width must be a multiple of this number.") { Kind = SettingKind.WholeNumber, Low = 1, High = 8192, Unit = "heads", IsAdvanced = true },
        new("transformer.context", "Context length", "How many tokens back the model can look.") { Kind = SettingKind.WholeNumber, Low = 8, High = 4096, Unit = "tokens", IsAdvanced = true },
        new("transformer.batchWindows", "Batch size", "Windows of text in each step: 32 windows of 256 tokens make 8,192 tokens.") { Kind = SettingKind.WholeNumber, Low = 1, High = 4096, Unit = "windows", IsAdvanced = true },
        new("transformer.learningRate", "Learning rate", "Its peak, after the warm-up; it then decays along a cosine. 0.005 suits this size, wider models need less.") { Kind = SettingKind.Number, Low = 0, High = 1, AboveLow = true, BelowHigh = true, IsAdvanced = true },
        new("transformer.largestPasses", "Maximum epochs", "How often the training text may be repeated. 1 never repeats a token; a small corpus may need more.") { Kind = SettingKind.Number, Low = 0, High = 1000, AboveLow = true, Unit = "epochs", IsAdvanced = true },
        new("seed", "Seed", "The same seed, corpus and settings give the same model, bit for bit. Train with another seed to see which features are universal.") { Kind = SettingKind.WholeNumber, IsAdvanced = true },
    ];

    /// <summary>What a dictionary is measured on.</summary>
    public static IReadOnlyList<RunSetting> OfIndex { get; } =
    [
        new("indexTokens", "Indexed tokens", "Held-out tokens whose activations are all stored, 4 bytes each. Rare features need many tokens.") { Kind = SettingKind.WholeNumber, Low = 1_000, High = int.MaxValue, Unit = "tokens" },
        new("evaluationTokens", "Evaluation tokens", "Held-out tokens for loss, explained variance and loss recovered.") { Kind = SettingKind.WholeNumber, Low = 1, High = 1e9, Unit = "tokens" },
        new("formingShare", "Time for features while they form", "Share of a dictionary's training time that may go into showing its half-trained features. 0.05 hardly slows the run; 0 shows nothing before the end.") { Kind = SettingKind.Number, Low = 0, High = 1 },
        new("steer", "Steer with every feature", "At the end every live feature is held at so many times its maximum while the model writes, to see how far it moves text into its context: about a minute for 1,000 features. 2 is usual. Leave it empty to do without.") { Kind = SettingKind.Number, Low = 0, AboveLow = true, High = SteeringSurvey.Strongest, Unit = "× maximum", IsOptional = true, IsAdvanced = true },
    ];

    /// <summary>A dictionary, or several at once: the first three and the seed take lists.</summary>
    public static IReadOnlyList<RunSetting> OfDictionary { get; } =
    [
        new("features", "Features", "Size of the dictionary. 512 to 4,096 suit 512 neurons. Several numbers make a dictionary of each size.") { Kind = SettingKind.WholeNumbers, Low = 2, High = 1 << 20, Unit = "features" },
        new("lambda", "λ", "Weight of the sparsity penalty: a larger λ leaves fewer features per token. Several numbers make one dictionary each. Leave it empty for the value that suits the size.") { Kind = SettingKind.Numbers, Low = 0, High = 1000, IsOptional = true },
        new("k", "k", "Active features per token. Several numbers make one dictionary each. Leave it empty for 32.") { Kind = SettingKind.WholeNumbers, Low = 1, High = 1 << 20, Unit = "features", IsOptional = true },
        new("seeds", "Seeds", "Several numbers make one dictionary each. Leave it empty for the run's seed.") { Kind = SettingKind.WholeNumbers, IsOptional = true, IsAdvanced = true },
        new("samples", "Activation vectors", "How many to train on. Leave it empty for what suits the size: 2 million for 512 features, 10 million for 4,096.") { Kind = SettingKind.WholeNumber, Low = 1, High = 1e12, Unit = "vectors", IsOptional = true, IsAdvanced = true },
        new("batch", "Batch size", "Vectors in each step. Leave it empty for 1,024, which beats larger batches at this scale because it takes more steps.") { Kind = SettingKind.WholeNumber, Low = 1, High = 1 << 16, Unit = "vectors", IsOptional = true, IsAdvanced = true },
        new("learningRate", "Learning rate", "Leave it empty for what suits the size: 0.002 up to 1,024 features, 0.001 above.") { Kind = SettingKind.Number, Low = 0, High = 1, AboveLow = true, BelowHigh = true, IsOptional = true, IsAdvanced = true },
        new("lambdaWarmup", "λ warm-up", "Share of the steps over which λ rises from 0. With a warm-up, fewer features die. Leave it empty for what suits the recipe.") { Kind = SettingKind.Number, Low = 0, High = 1, IsOptional = true, IsAdvanced = true },
        new("layer", "Layer", "Layer of the site; the first is 0.") { Kind = SettingKind.WholeNumber, Low = 0, High = 47, IsAdvanced = true },
        new("from", "Go on from", "A finished dictionary of the same model, such as A/1, whose weights training starts from. Its size, recipe and site have to be those of this one. Leave it empty to start anew.") { IsOptional = true, IsAdvanced = true },
        new("name", "Name", "Second part of the address: 1 in A/1. Only for a single dictionary; several are numbered.") { IsOptional = true, IsAdvanced = true },
    ];

    /// <summary>Where a run computes; both are chosen from lists.</summary>
    public static IReadOnlyList<RunSetting> OfDevice { get; } =
    [
        new("device", "Device", "What the run computes on. auto takes a graphics card where there is one, and the processor otherwise.") { IsOptional = true },
        new("precision", "Precision", "Of matrix products. tf32 and bf16 are faster on a graphics card; the processor's own engine has float32 only.") { IsOptional = true, IsAdvanced = true },
    ];

    private static readonly RunSetting[] Choices =
        [new("corpus", "Corpus", string.Empty), new("preset", "Preset", string.Empty), new("variant", "Recipe", string.Empty), new("site", "Site", string.Empty), new("replace", "Replace", string.Empty)];

    private static readonly Dictionary<string, RunSetting> OfRun = OfText.Concat(OfModel).Concat(OfIndex).Concat(OfDevice).Concat(Choices).ToDictionary(static s => s.Field, StringComparer.Ordinal);

    private static readonly Dictionary<string, RunSetting> OfOneDictionary = OfDictionary.Concat(Choices).ToDictionary(static s => s.Field, StringComparer.Ordinal);

    /// <summary>The setting of a field: "transformer.heads", "dictionaries[0].features"; null for none.</summary>
    public static RunSetting? Find(string field)
    {
        ArgumentNullException.ThrowIfNull(field);
        var end = field.StartsWith("dictionaries[", StringComparison.Ordinal) ? field.IndexOf("].", StringComparison.Ordinal) : -1;
        return end < 0 ? OfRun.GetValueOrDefault(field) : OfOneDictionary.GetValueOrDefault(field[(end + 2)..] is "seed" ? "seeds" : field[(end + 2)..]);
    }

    /// <summary>Whether a number is one that it takes; NaN never is.</summary>
    public bool Takes(double value) => (AboveLow ? value > Low : value >= Low) && (BelowHigh ? value < High : value <= High);

    /// <summary>What is wrong with a number that it does not take.</summary>
    public string Refuse(double value) => $"{Label} is {Number(value)}; it must be {Range}.";

    /// <summary>What is wrong with a text that is no number, or none that can be stored.</summary>
    public string Refuse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        const int longest = 40;
        var what = Kind switch
        {
            SettingKind.WholeNumber => "a whole number",
            SettingKind.WholeNumbers => "whole numbers, separated by commas, each",
            SettingKind.Numbers => "numbers, separated by commas, each",
            _ => "a number",
        };
        return text.Length == 0 ? $"{Label} is empty; it must be {what} {Range}."
            : $"{Label} must be {what} {Range}; \"{(text.Length > longest ? text[..longest] + "…" : text)}\" is not.";
    }

    private static string Number(double value) => value.ToString(value == Math.Floor(value) ? "N0" : "0.############", CultureInfo.InvariantCulture);
}
