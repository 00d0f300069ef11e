using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.Transformer.Exported;

/// <summary>How the models of a family lie in Hugging Face's files.</summary>
internal abstract class HuggingFaceFamily
{
    /// <summary>For people.</summary>
    public abstract string Name { get; }

    /// <summary>The model_type.</summary>
    public abstract string TypeOf(TransformerConfig config);

    /// <summary>The class that transformers opens it with.</summary>
    public abstract string ClassOf(TransformerConfig config);

    /// <summary>What a model has or lacks that the family cannot say; null where it is one of the family.</summary>
    public abstract string? Misfit(TransformerModel model);

    /// <summary>The settings of the family alone.</summary>
    public abstract JsonObject Config(TransformerConfig config);

    /// <summary>All weights, under the names of the files.</summary>
    public abstract IReadOnlyList<NamedTensor> Tensors(TransformerModel model);

    /// <summary>Tokens of the longest window, that of the start included.</summary>
    public static int LongestOf(TransformerConfig config) => config.Context + (config.StartToken is null ? 0 : 1);

    /// <summary>What no LayerNorm family with plain neurons has.</summary>
    protected static string? MisfitOfPlain(TransformerConfig config)
    {
        var a = config.Architecture;
        return a.Norm != NormKind.LayerNorm ? "it has RMSNorm"
            : a.Gated ? "its neurons are gated"
            : a.QueryKeyNorm ? "its queries and keys are normalised"
            : a.UnembeddingBias ? "its unembedding has a bias"
            : config.AttentionWidth != config.DModel ? $"its heads together are {config.AttentionWidth} wide and its stream {config.DModel}"
            : null;
    }

    /// <summary>Their name of the function of neurons.</summary>
    protected static string Function(NeuronKind kind) => kind switch
    {
        NeuronKind.Relu => "relu",
        NeuronKind.Gelu => "gelu",
        NeuronKind.GeluTanh => "gelu_new",
        NeuronKind.Silu => "silu",
        _ => throw new NotSupportedException($"{kind} has no name in Hugging Face's files."),
    };

    /// <summary>A number of single precision with the fewest digits that give it back.</summary>
    protected static double Exact(float value) => double.Parse(value.ToString(System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);
}
