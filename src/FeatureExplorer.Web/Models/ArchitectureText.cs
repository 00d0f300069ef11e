using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Models;

/// <summary>What a transformer computes, in the field's words.</summary>
public static class ArchitectureText
{
    /// <summary>"ReLU", "GELU (tanh form)", "SiLU, gated": the function of the feed-forward layers' neurons.</summary>
    public static string Neurons(ModelArchitecture architecture)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        return (architecture.Neurons switch
        {
            NeuronKind.Relu => "ReLU",
            NeuronKind.Gelu => "GELU",
            NeuronKind.GeluTanh => "GELU (tanh form)",
            NeuronKind.Silu => "SiLU",
            _ => architecture.Neurons.ToString(),
        }) + (architecture.Gated ? ", gated" : string.Empty);
    }

    /// <summary>"LayerNorm", "RMSNorm, also of queries and keys".</summary>
    public static string Norm(ModelArchitecture architecture)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        return (architecture.Norm == NormKind.RmsNorm ? "RMSNorm" : "LayerNorm") + (architecture.QueryKeyNorm ? ", also of queries and keys" : string.Empty);
    }

    /// <summary>"learned", "rotary, 16 of 64 coordinates of a head".</summary>
    public static string Positions(TransformerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return config.Architecture.Rotary is not { } rotary ? "learned"
            : rotary.Dimensions == config.HeadSize ? "rotary" : FormattableString.Invariant($"rotary, {rotary.Dimensions} of {config.HeadSize} coordinates of a head");
    }

    /// <summary>"all tokens before", "the last 256 tokens in 12 of 24 layers".</summary>
    public static string Attention(TransformerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var local = Enumerable.Range(0, config.Layers).Select(config.Architecture.WindowOf).Where(static window => window > 0).ToList();
        return local.Count == 0 ? "all tokens before" : $"the last {Show.Counted(local.Max(), "token")} in {Show.Count(local.Count)} of {Show.Counted(config.Layers, "layer")}, elsewhere all tokens before";
    }

    /// <summary>"parallel: both halves read the same stream", "one after the other".</summary>
    public static string Halves(ModelArchitecture architecture)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        return architecture.Parallel ? "in parallel, on the same stream" : "one after the other";
    }

    /// <summary>"the token embedding", "a matrix of its own".</summary>
    public static string Unembedding(ModelArchitecture architecture)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        return (architecture.TiedUnembedding ? "the token embedding" : "a matrix of its own") + (architecture.UnembeddingBias ? ", with a bias" : string.Empty);
    }
}
