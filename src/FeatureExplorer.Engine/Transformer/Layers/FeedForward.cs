using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>y = residual + ReLU(x · W_up + b_up) · W_down + b_down, on blocks of rows. The ReLU's results are the site <c>mlp.post</c>.</summary>
internal sealed unsafe class FeedForward : IDisposable
{
    private readonly Linear _up;
    private readonly Linear _down;
    private readonly int _model;
    private readonly int _neurons;

    public FeedForward(LayerView weights, TransformerConfig config, bool training)
    {
        (_model, _neurons) = (config.DModel, config.DMlp);
        _up = new Linear(weights.Up, weights.UpBias, _model, _neurons, training);
        _down = new Linear(weights.Down, weights.DownBias, _neurons, _model, training);
    }

    public void Pack()
    {
        _up.Pack();
        _down.Pack();
    }

    /// <summary>hidden[rows, dMlp] = ReLU(x[rows, d] · W_up + b_up).</summary>
    public void ForwardUp(float* x, float* hidden, int rows, float* scratch)
    {
        _up.Forward(x, null, hidden, rows, scratch);
        var values = new Span<float>(hidden, rows * _neurons);
        TensorPrimitives.Max(values, 0f, values);
    }

    /// <summary>y[rows, d] = residual + hidden · W_down + b_down.</summary>
    public void ForwardDown(float* hidden, float* residual, float* y, int rows, float* scratch) =>
        _down.Forward(hidden, residual, y, rows, scratch);

    /// <summary>dHidden = dy · W_downᵀ where the neuron was active; dx = dHidden · W_upᵀ.</summary>
    public void BackwardInput(float* dy, float* hidden, float* dHidden, float* dx, int rows, float* scratch)
    {
        _down.BackwardInput(dy, dHidden, rows, scratch);
        MaskInactive(hidden, dHidden, rows * _neurons);
        _up.BackwardInput(dHidden, dx, rows, scratch);
    }

    /// <summary>The gradients of the two matrices over the whole batch; those of the biases are the column sums of dHidden and dy.</summary>
    public void BackwardWeights(float* x, float* hidden, float* dHidden, float* dy, int rows, LayerView gradients)
    {
        _up.BackwardWeights(x, dHidden, rows, gradients.Up);
        _down.BackwardWeights(hidden, dy, rows, gradients.Down);
    }

    public void Dispose()
    {
        _up.Dispose();
        _down.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MaskInactive(float* hidden, float* gradient, int length)
    {
        var i = 0;
        for (; i + 8 <= length; i += 8)
        {
            var active = Vector256.GreaterThan(Vector256.Load(hidden + i), Vector256<float>.Zero);
            (active & Vector256.Load(gradient + i)).Store(gradient + i);
        }
        for (; i < length; i++)
        {
            gradient[i] = hidden[i] > 0 ? gradient[i] : 0;
        }
    }
}
