using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>What a layer computes on the way forward and, in training, keeps for the way back. R: rows of the batch.</summary>
internal sealed unsafe class LayerActivations : IDisposable
{
    private readonly FloatBuffer _rowStatistics;

    public LayerActivations(TransformerConfig config, int rows)
    {
        long d = config.DModel;
        Normalised1 = new FloatBuffer(rows * d);
        Qkv = new FloatBuffer(rows * 3 * d);
        Attended = new FloatBuffer(rows * d);
        Middle = new FloatBuffer(rows * d);
        Normalised2 = new FloatBuffer(rows * d);
        Hidden = new FloatBuffer((long)rows * config.DMlp);
        _rowStatistics = new FloatBuffer(4L * rows);
        Mean1 = _rowStatistics.Pointer;
        InverseSigma1 = Mean1 + rows;
        Mean2 = Mean1 + (2L * rows);
        InverseSigma2 = Mean1 + (3L * rows);
    }

    /// <summary>LayerNorm of the layer's input, [R, d].</summary>
    public FloatBuffer Normalised1 { get; }

    /// <summary>Queries, keys and values, [R, 3d].</summary>
    public FloatBuffer Qkv { get; }

    /// <summary>The heads' outputs side by side, [R, d].</summary>
    public FloatBuffer Attended { get; }

    /// <summary>The residual stream between attention and feed-forward, [R, d].</summary>
    public FloatBuffer Middle { get; }

    /// <summary>LayerNorm of <see cref="Middle"/>, [R, d].</summary>
    public FloatBuffer Normalised2 { get; }

    /// <summary>The neurons after their ReLU, [R, dMlp].</summary>
    public FloatBuffer Hidden { get; }

    /// <summary>[R], as the other three.</summary>
    public float* Mean1 { get; }

    public float* InverseSigma1 { get; }

    public float* Mean2 { get; }

    public float* InverseSigma2 { get; }

    public void Dispose()
    {
        foreach (var buffer in new[] { Normalised1, Qkv, Attended, Middle, Normalised2, Hidden, _rowStatistics })
        {
            buffer.Dispose();
        }
    }
}
