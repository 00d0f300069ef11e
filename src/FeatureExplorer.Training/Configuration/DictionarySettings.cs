using System.Globalization;
using System.Text.Json.Serialization;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Training.Configuration;

/// <summary>One dictionary of a run.</summary>
public sealed record DictionarySettings
{
    /// <summary>Name within the model: "1" of A/1.</summary>
    public required string Name { get; init; }

    /// <summary>Whether nobody chose the name: where it is taken, the next free number does as well.</summary>
    [JsonIgnore]
    public bool NameIsDefault { get; init; }

    /// <summary>Training recipe: one of <see cref="RunChoices.Variants"/>.</summary>
    public string Variant { get; init; } = RunChoices.Paper2023;

    /// <summary>m.</summary>
    public required int Features { get; init; }

    /// <summary>Weight of the sparsity penalty; for recipes that have one.</summary>
    public float Lambda { get; init; } = 7e-3f;

    /// <summary>Active features of a token; for recipes that fix their number.</summary>
    public int? K { get; init; }

    /// <summary>Where activations are read: one of <see cref="RunChoices.Sites"/>.</summary>
    public string Site { get; init; } = RunChoices.MlpPost;

    /// <summary>Layer of the site, from 0.</summary>
    public int Layer { get; init; }

    /// <summary>Activation vectors to train on.</summary>
    public required long Samples { get; init; }

    /// <summary>Vectors of a step.</summary>
    public int Batch { get; init; } = 1024;

    public float LearningRate { get; init; } = 1e-3f;

    /// <summary>Share of the steps over which λ rises from 0.</summary>
    public double LambdaWarmup { get; init; } = 0.2;

    /// <summary>Null for the run's.</summary>
    public ulong? Seed { get; init; }

    /// <summary>
    /// Whether its first weights are its own. Without it, dictionaries of the same seed start with the same directions, so that their features resemble each other more
    /// than the data make them; runs that were recorded before this setting existed did so, and are the same runs still.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool OwnStart { get; init; }

    /// <summary>A finished dictionary of the same model, "G/1", whose weights training starts from; null: the recipe's own start.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? From { get; init; }

    /// <summary>Hash of those weights. Set when the names are settled.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FromWeights { get; init; }

    /// <summary>Settings known to work for a number of features and a recipe; λ does not warm up where training goes on from <paramref name="from"/>, whose features have settled.</summary>
    public static DictionarySettings For(string name, int features, string variant = RunChoices.Paper2023, string? from = null)
    {
        var known = DictionaryOptions.Preset(Math.Max(1, features), variant);
        return new DictionarySettings
        {
            Name = name,
            Variant = variant,
            Features = features,
            Samples = known.Samples,
            Batch = known.Batch,
            LearningRate = known.LearningRate,
            Lambda = known.Lambda,
            LambdaWarmup = from is null ? known.LambdaWarmup : 0,
            From = from,
            K = RunChoices.FixesK(variant) ? known.K : null,
        };
    }

    /// <summary>The site in the terms of the engine.</summary>
    public Engine.Transformer.Site At(TransformerConfig model) => Engine.Transformer.Site.Parse($"{Site}.{Layer}", model.Layers);

    /// <summary>For the trainer; what is not set here is as the recipe has it.</summary>
    public DictionaryOptions Options(ulong runSeed)
    {
        var known = DictionaryOptions.Preset(Features, Variant);
        return known with
        {
            Samples = Samples,
            Batch = Batch,
            LearningRate = LearningRate,
            Lambda = Lambda,
            LambdaWarmup = LambdaWarmup,
            K = K ?? known.K,
            Seed = Seed ?? runSeed,
            Stream = OwnStart ? Stream() : null,
            Start = FromWeights,
        };
    }

    // Of the settings, not of the name: the same dictionary under another name has the same bits.
    private string Stream() => string.Create(
        CultureInfo.InvariantCulture, $"{Variant} {Features} {Site}.{Layer} {Samples} {Batch} {LearningRate} {Lambda} {LambdaWarmup} {K}");
}
