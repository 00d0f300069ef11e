using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>What a layer computes on the way forward and, in training, keeps for the way back. R: rows of the batch.</summary>
internal sealed unsafe class LayerActivations : IDisposable
{
    private readonly FloatBuffer _rowStatistics;

    /// <param name="config">Sizes of the model.</param>
    /// <param name="rows">R.</param>
    /// <param name="training">Whether the way back needs what the neurons were computed from.</param>
    public LayerActivations(TransformerConfig config, int rows, bool training = false)
    {
        long d = config.DModel;
        var (gated, smooth) = (config.Architecture.Gated, config.Architecture.Neurons != NeuronKind.Relu);
        Normalised1 = new FloatBuffer(rows * d);
        Qkv = new FloatBuffer(rows * 3L * config.AttentionWidth);
        Attended = new FloatBuffer((long)rows * config.AttentionWidth);
        Middle = new FloatBuffer(rows * d);
        Normalised2 = new FloatBuffer(rows * d);
        Hidden = new FloatBuffer((long)rows * config.DMlp);
        Up = new FloatBuffer(training && (gated || smooth) ? (long)rows * config.DMlp : 0);
        Gate = new FloatBuffer(gated ? (long)rows * config.DMlp : 0);
        _rowStatistics = new FloatBuffer(4L * rows);
        Mean1 = _rowStatistics.Pointer;
        InverseSigma1 = Mean1 + rows;
        Mean2 = Mean1 + (2L * rows);
        InverseSigma2 = Mean1 + (3L * rows);
    }

    /// <summary>LayerNorm of the layer's input, [R, d].</summary>
    public FloatBuffer Normalised1 { get; }

    /// <summary>Queries, keys and values, [R, 3 · heads · size].</summary>
    public FloatBuffer Qkv { get; }

    /// <summary>The heads' outputs side by side, [R, heads · size].</summary>
    public FloatBuffer Attended { get; }

    /// <summary>The residual stream between attention and feed-forward, [R, d].</summary>
    public FloatBuffer Middle { get; }

    /// <summary>LayerNorm of <see cref="Middle"/>, [R, d].</summary>
    public FloatBuffer Normalised2 { get; }

    /// <summary>The neurons after their function, [R, dMlp].</summary>
    public FloatBuffer Hidden { get; }

    /// <summary>x · W_up + b_up, [R, dMlp], in training of neurons that are no plain ReLU; else empty.</summary>
    public FloatBuffer Up { get; }

    /// <summary>x · W_gate + b_gate, [R, dMlp], of gated neurons; else empty.</summary>
    public FloatBuffer Gate { get; }

    /// <summary>[R], as the other three.</summary>
    public float* Mean1 { get; }

    public float* InverseSigma1 { get; }

    public float* Mean2 { get; }

    public float* InverseSigma2 { get; }

    public void Dispose()
    {
        foreach (var buffer in new[] { Normalised1, Qkv, Attended, Middle, Normalised2, Hidden, Up, Gate, _rowStatistics })
        {
            buffer.Dispose();
        }
    }
}
