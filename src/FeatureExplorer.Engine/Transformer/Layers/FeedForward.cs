using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>
/// y = residual + neurons · W_down + b_down on blocks of rows, with neurons = f(x · W_up + b_up) or, gated, f(x · W_gate + b_gate) ∘ (x · W_up + b_up). The
/// neurons are the site <c>mlp.post</c>.
/// </summary>
internal sealed unsafe class FeedForward : IDisposable
{
    private readonly Linear _up;
    private readonly Linear? _gate;
    private readonly Linear _down;
    private readonly int _model;
    private readonly int _neurons;
    private readonly NeuronKind _kind;

    public FeedForward(LayerView weights, TransformerConfig config, bool training, PackingRoom? room = null)
    {
        (_model, _neurons, _kind) = (config.DModel, config.DMlp, config.Architecture.Neurons);
        _gate = weights.Gate is null ? null : new Linear(weights.Gate, weights.GateBias, _model, _neurons, training, room);
        _up = new Linear(weights.Up, weights.UpBias, _model, _neurons, training, room);
        _down = new Linear(weights.Down, weights.DownBias, _neurons, _model, training, room);
    }

    public void Pack()
    {
        _up.Pack();
        _gate?.Pack();
        _down.Pack();
    }

    /// <summary>hidden[rows, dMlp], the neurons of x[rows, d].</summary>
    /// <param name="x">[rows, d].</param>
    /// <param name="hidden">Receives [rows, dMlp].</param>
    /// <param name="up">Receives x · W_up + b_up where the way back needs it; else null.</param>
    /// <param name="gate">Receives x · W_gate + b_gate; null without gates.</param>
    /// <param name="rows">Rows of the block.</param>
    /// <param name="scratch">Of the products.</param>
    public void ForwardUp(float* x, float* hidden, float* up, float* gate, int rows, float* scratch)
    {
        if (up is null)
        {
            up = hidden;
        }

        _up.Forward(x, null, up, rows, scratch);
        if (_gate is not null)
        {
            _gate.Forward(x, null, gate, rows, scratch);
            NeuronFunction.ApplyGated(_kind, gate, up, hidden, rows * _neurons);
        }
        else if (_kind == NeuronKind.Relu)
        {
            TensorPrimitives.Max(new ReadOnlySpan<float>(up, rows * _neurons), 0f, new Span<float>(hidden, rows * _neurons));
        }
        else
        {
            NeuronFunction.Apply(_kind, up, hidden, rows * _neurons);
        }
    }

    /// <summary>y[rows, d] = residual + hidden · W_down + b_down.</summary>
    public void ForwardDown(float* hidden, float* residual, float* y, int rows, float* scratch) =>
        _down.Forward(hidden, residual, y, rows, scratch);

    /// <summary>dUp = dy · W_downᵀ ∘ f′, of a plain ReLU where the neuron was active, and dGate beside it; dx = dUp · W_upᵀ + dGate · W_gateᵀ.</summary>
    public void BackwardInput(float* dy, float* hidden, float* up, float* gate, float* dUp, float* dGate, float* dx, int rows, float* scratch)
    {
        _down.BackwardInput(dy, dUp, rows, scratch);
        if (_gate is not null)
        {
            NeuronFunction.BackwardGated(_kind, gate, up, dUp, dGate, rows * _neurons);
        }
        else if (_kind == NeuronKind.Relu)
        {
            MaskInactive(hidden, dUp, rows * _neurons);
        }
        else
        {
            NeuronFunction.Backward(_kind, up, dUp, rows * _neurons);
        }

        _up.BackwardInput(dUp, dx, rows, scratch);
        _gate?.BackwardInput(dGate, dx, rows, scratch, accumulate: true);
    }

    /// <summary>The gradients of the matrices over the whole batch; those of the biases are the column sums of dUp, dGate and dy.</summary>
    public void BackwardWeights(float* x, float* hidden, float* dUp, float* dGate, float* dy, int rows, LayerView gradients)
    {
        _up.BackwardWeights(x, dUp, rows, gradients.Up);
        _gate?.BackwardWeights(x, dGate, rows, gradients.Gate);
        _down.BackwardWeights(hidden, dy, rows, gradients.Down);
    }

    public void Dispose()
    {
        _up.Dispose();
        _gate?.Dispose();
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
