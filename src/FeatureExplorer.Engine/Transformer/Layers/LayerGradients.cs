using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>Gradients of a layer's activations while it is gone through backwards; all layers share them. R: rows of the batch.</summary>
internal sealed class LayerGradients(TransformerConfig config, int rows) : IDisposable
{
    /// <summary>[R, d].</summary>
    public FloatBuffer Middle { get; } = new((long)rows * config.DModel);

    /// <summary>[R, d].</summary>
    public FloatBuffer Attended { get; } = new((long)rows * config.DModel);

    /// <summary>[R, dMlp].</summary>
    public FloatBuffer Hidden { get; } = new((long)rows * config.DMlp);

    /// <summary>[R, 3d].</summary>
    public FloatBuffer Qkv { get; } = new((long)rows * 3 * config.DModel);

    public void Dispose()
    {
        foreach (var buffer in new[] { Middle, Attended, Hidden, Qkv })
        {
            buffer.Dispose();
        }
    }
}
