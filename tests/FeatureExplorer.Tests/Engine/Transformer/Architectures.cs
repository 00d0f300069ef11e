using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Tests.Engine.Transformer;

/// <summary>Small models of every family that can be imported.</summary>
internal static class Architectures
{
    private static readonly TransformerConfig Small = new() { Layers = 2, DModel = 20, DMlp = 28, Heads = 4, Context = 12, VocabularySize = 53 };

    public static TransformerConfig Of(string name) => name switch
    {
        "gpt2" => Small with { Architecture = new() { Neurons = NeuronKind.GeluTanh, TiedUnembedding = true } },
        "gpt-neo" => Small with { Architecture = new() { Neurons = NeuronKind.GeluTanh, TiedUnembedding = true, Windows = [0, 4] } },
        "gpt-neox" => Small with
        {
            Heads = 2,
            Architecture = new() { Neurons = NeuronKind.Gelu, Parallel = true, Rotary = new() { Dimensions = 4, Base = 100 } },
        },
        "llama" => Small with
        {
            DModel = 24,
            Architecture = new() { Norm = NormKind.RmsNorm, Neurons = NeuronKind.Silu, Gated = true, Biases = false, Rotary = new() { Dimensions = 6 } },
        },
        "qwen3" => Small with
        {
            OwnHeadSize = 8,
            Architecture = new()
            {
                Norm = NormKind.RmsNorm,
                Neurons = NeuronKind.Silu,
                Gated = true,
                Biases = false,
                TiedUnembedding = true,
                QueryKeyNorm = true,
                Rotary = new() { Dimensions = 8, Base = 1000 },
            },
        },
        "gelu-1l" => Small with { Layers = 1, Architecture = new() { Neurons = NeuronKind.Gelu, UnembeddingBias = true } },
        "gpt2, start token" => Of("gpt2") with { StartToken = 7 },
        "gpt-neo, start token" => Of("gpt-neo") with { StartToken = 7 },
        "llama, start token" => Of("llama") with { StartToken = 0 },
        _ => throw new ArgumentException(name),
    };

    public static IReadOnlyList<string> Trainable { get; } = ["gpt2", "llama"];

    public static IReadOnlyList<string> All { get; } = ["gpt2", "gpt-neo", "gpt-neox", "llama", "qwen3", "gelu-1l", "gpt2, start token", "gpt-neo, start token", "llama, start token"];
}
