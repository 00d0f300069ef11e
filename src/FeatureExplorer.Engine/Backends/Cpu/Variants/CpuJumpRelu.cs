using System.Numerics.Tensors;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Dictionaries.Variants;

namespace FeatureExplorer.Engine.Backends.Cpu.Variants;

/// <summary><c>jumprelu</c> (<see cref="JumpRelu"/>) on lists, which also hold the features up to ε/2 below their threshold, with f = 0.</summary>
internal sealed unsafe class CpuJumpRelu(DictionaryVariant variant) : CpuVariant(variant)
{
    private float[] _thresholds = [];
    private float[] _limits = [];
    private float _bandwidth;

    public override float Floor => float.NegativeInfinity;

    public override ReadOnlySpan<float> Limits => _limits;

    public override void Prepare(DictionaryTensors parameters)
    {
        Array.Resize(ref _thresholds, parameters.Features);
        Array.Resize(ref _limits, parameters.Features);
        _bandwidth = Variant.Options.Bandwidth * MathF.Sqrt(parameters.Inputs);
        TensorPrimitives.Exp(parameters.Extra(0), _thresholds);
        TensorPrimitives.Subtract(_thresholds, _bandwidth / 2, _limits);
    }

    public override double Activate(SparseRow row)
    {
        var active = 0;
        for (var k = 0; k < row.Count; k++)
        {
            var open = row.Values[k] > _thresholds[row.Features[k]];
            row.Extra[k] = row.Values[k];
            row.Values[k] = open ? row.Values[k] : 0;
            active += open ? 1 : 0;
        }

        return active;
    }

    /// <summary>Extra becomes the gradient of log θ: θ · ∂L/∂θ.</summary>
    public override void Backward(SparseRow row, float penalty, float* extraDots)
    {
        for (var k = 0; k < row.Count; k++)
        {
            var threshold = _thresholds[row.Features[k]];
            var near = MathF.Abs(row.Extra[k] - threshold) < _bandwidth / 2;
            row.Extra[k] = near ? -threshold / _bandwidth * ((threshold * row.Gradients[k]) + penalty) : 0;
            row.Gradients[k] = row.Values[k] > 0 ? row.Gradients[k] : 0;
        }
    }

    public override void SumFeature(int feature, SparseRow entries, float delta, DictionaryTensors gradients)
    {
        gradients.BEnc[feature] = delta;
        gradients.Extra(0)[feature] = TensorPrimitives.Sum(new ReadOnlySpan<float>(entries.Extra, entries.Count));
    }
}
