using System.Text.Json.Serialization;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Training;

namespace FeatureExplorer.Training.Configuration;

/// <summary>The transformer of a run: its sizes and how long it is trained.</summary>
public sealed record TransformerSettings
{
    /// <summary>Token ids that the tokenizer learns.</summary>
    public int Vocabulary { get; init; } = 8192;

    public int Layers { get; init; } = 1;

    /// <summary>Width of the residual stream.</summary>
    public int DModel { get; init; } = 128;

    /// <summary>Neurons of each feed-forward layer.</summary>
    public int DMlp { get; init; } = 512;

    public int Heads { get; init; } = 4;

    /// <summary>Tokens of a window.</summary>
    public int Context { get; init; } = 256;

    /// <summary>Tokens to train on; less than a pass when the corpus is large, more than one when it is small.</summary>
    public long Tokens { get; init; } = 30_000_000;

    /// <summary>Passes over the training split at most.</summary>
    public double LargestPasses { get; init; } = 1;

    /// <summary>Highest learning rate, reached after the warm-up.</summary>
    public float LearningRate { get; init; } = 5e-3f;

    /// <summary>Windows of a step.</summary>
    public int BatchWindows { get; init; } = 32;

    /// <summary>One of <see cref="Architectures"/>; null: the paper's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Architecture { get; init; }

    /// <summary>Architectures of other families that a model can be trained in.</summary>
    public static IReadOnlyList<string> Architectures { get; } = ["gpt2", "llama"];

    /// <summary>Sizes for a tokenizer that found this many ids.</summary>
    public TransformerConfig Config(int vocabulary) => new()
    {
        VocabularySize = vocabulary,
        Layers = Layers,
        DModel = DModel,
        DMlp = DMlp,
        Heads = Heads,
        Context = Context,
        Architecture = Architecture switch
        {
            "gpt2" => new ModelArchitecture { Neurons = NeuronKind.GeluTanh, TiedUnembedding = true },
            "llama" => new ModelArchitecture { Norm = NormKind.RmsNorm, Neurons = NeuronKind.Silu, Gated = true, Biases = false, Rotary = new RotaryPositions { Dimensions = DModel / Heads / 2 * 2 } },
            _ => ModelArchitecture.Paper,
        },
    };

    /// <summary>How to train it on so many tokens.</summary>
    public TransformerTrainingOptions Options(long tokens, ulong seed) => new()
    {
        Tokens = tokens,
        Seed = seed,
        LearningRate = LearningRate,
        BatchWindows = BatchWindows,
    };
}
