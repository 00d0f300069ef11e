namespace FeatureExplorer.Engine.Transformer;

/// <summary>How a layer's input is normalised.</summary>
public enum NormKind
{
    /// <summary>(x − μ) / σ · gain + bias (Ba et al. 2016).</summary>
    LayerNorm,

    /// <summary>x / √(mean of x² + ε) · gain (Zhang and Sennrich 2019).</summary>
    RmsNorm,
}
