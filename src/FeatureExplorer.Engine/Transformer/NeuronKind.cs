namespace FeatureExplorer.Engine.Transformer;

/// <summary>The function of a feed-forward layer's neurons.</summary>
public enum NeuronKind
{
    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x · Φ(x), Φ being the normal distribution's cumulative probability (Hendrycks and Gimpel 2016).</summary>
    Gelu,

    /// <summary>The same with ½ (1 + tanh(√(2/π) (x + 0.044715 x³))) for Φ: GPT-2's.</summary>
    GeluTanh,

    /// <summary>x / (1 + e⁻ˣ), also called swish.</summary>
    Silu,
}
