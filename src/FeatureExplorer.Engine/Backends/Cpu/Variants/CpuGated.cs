using System.Numerics.Tensors;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Dictionaries.Variants;

namespace FeatureExplorer.Engine.Backends.Cpu.Variants;

/// <summary><c>gated</c> (<see cref="Gated"/>) on lists of the open gates.</summary>
internal sealed unsafe class CpuGated(DictionaryVariant variant) : CpuVariant(variant)
{
    private float[] _gains = [];
    private float[] _gateBias = [];
    private float[] _magnitudeBias = [];

    public override bool DecodesExtra => true;

    public override void Prepare(DictionaryTensors parameters)
    {
        Array.Resize(ref _gains, parameters.Features);
        TensorPrimitives.Exp(parameters.Extra(Gated.RMag), _gains);
        _gateBias = parameters.EncoderBias().ToArray();
        _magnitudeBias = parameters.Extra(Gated.BMag).ToArray();
    }

    /// <summary>Extra holds ReLU(π) = π, which decodes to the second x̂.</summary>
    public override double Activate(SparseRow row)
    {
        var sum = 0.0;
        for (var k = 0; k < row.Count; k++)
        {
            var feature = row.Features[k];
            var gate = row.Values[k];
            row.Extra[k] = gate;
            row.Values[k] = MathF.Max(0, ((gate - _gateBias[feature]) * _gains[feature]) + _magnitudeBias[feature]);
            sum += gate;
        }

        return sum;
    }

    /// <summary>Extra becomes ∂L/∂(the magnitude before its ReLU).</summary>
    public override void Backward(SparseRow row, float penalty, float* extraDots)
    {
        for (var k = 0; k < row.Count; k++)
        {
            var magnitude = row.Values[k] > 0 ? row.Gradients[k] : 0;
            row.Extra[k] = magnitude;
            row.Gradients[k] = (magnitude * _gains[row.Features[k]]) + extraDots[k] + penalty;
        }
    }

    /// <summary>u exp(r_mag) = f − b_mag wherever the magnitude has a gradient.</summary>
    public override void SumFeature(int feature, SparseRow entries, float delta, DictionaryTensors gradients)
    {
        var (gate, magnitude, gain) = (0.0, 0.0, 0.0);
        for (var k = 0; k < entries.Count; k++)
        {
            gate += entries.Gradients[k] - ((double)entries.Extra[k] * _gains[feature]);
            magnitude += entries.Extra[k];
            gain += entries.Extra[k] * ((double)entries.Values[k] - _magnitudeBias[feature]);
        }

        gradients.BEnc[feature] = (float)gate;
        gradients.Extra(Gated.BMag)[feature] = (float)magnitude;
        gradients.Extra(Gated.RMag)[feature] = (float)gain;
    }
}
