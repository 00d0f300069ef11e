using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>Gradients of a layer's activations while it is gone through backwards; all layers share them. R: rows of the batch.</summary>
internal sealed class LayerGradients(TransformerConfig config, int rows) : IDisposable
{
    /// <summary>[R, d].</summary>
    public FloatBuffer Middle { get; } = new((long)rows * config.DModel);

    /// <summary>[R, heads · size].</summary>
    public FloatBuffer Attended { get; } = new((long)rows * config.AttentionWidth);

    /// <summary>[R, dMlp].</summary>
    public FloatBuffer Hidden { get; } = new((long)rows * config.DMlp);

    /// <summary>[R, dMlp] of gated neurons; else empty.</summary>
    public FloatBuffer Gate { get; } = new(config.Architecture.Gated ? (long)rows * config.DMlp : 0);

    /// <summary>[R, 3 · heads · size].</summary>
    public FloatBuffer Qkv { get; } = new(3L * rows * config.AttentionWidth);

    public void Dispose()
    {
        foreach (var buffer in new[] { Middle, Attended, Hidden, Gate, Qkv })
        {
            buffer.Dispose();
        }
    }
}
