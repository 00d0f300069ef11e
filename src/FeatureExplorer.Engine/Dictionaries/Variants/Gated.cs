using System.Numerics.Tensors;
using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Variants;

/// <summary>
/// <c>gated</c>: Rajamanoharan et al. 2024, "Improving Dictionary Learning with Gated Sparse Autoencoders".
/// <code>
/// u = W_enc (x − b_dec)        π = u + b_gate        f = H(π) · ReLU(u exp(r_mag) + b_mag)        x̂ = Σ_i f_i d_i + b_dec        ‖d_i‖ = 1
/// L = mean over the batch of ( mean over n of (x − x̂)² + λ Σ_i ReLU(π_i) + mean over n of (x − x̂(ReLU(π)))² )
/// </code>
/// The gate decides which features are present, the magnitude how strongly, so that the penalty shrinks no activation. H has no gradient: the
/// gate learns from the penalty and from the last term, in which the decoder is held fixed. b_gate lies where other variants have b_enc.
/// W_enc starts at W_decᵀ, r_mag, b_gate and b_mag at 0, b_dec at the geometric median.
/// </summary>
internal sealed unsafe class Gated(DictionaryOptions options) : DictionaryVariant(options)
{
    private const int RMag = 0;
    private const int BMag = 1;

    private float[] _gains = [];
    private float[] _gateBias = [];
    private float[] _magnitudeBias = [];

    public override IReadOnlyList<string> Extras => ["r_mag", "b_mag"];

    public override bool DecodesExtra => true;

    public override void Initialize(DictionaryTensors parameters, VectorSample x, float scale, CounterRandom random)
    {
        DictionaryWeights.InitializeTied(parameters, 1, random);
        DictionaryWeights.StartAtMedian(parameters, x, scale);
    }

    public override void Prepare(DictionaryTensors parameters)
    {
        Array.Resize(ref _gains, parameters.Features);
        TensorPrimitives.Exp(parameters.Extra(RMag), _gains);
        _gateBias = parameters.EncoderBias().ToArray();
        _magnitudeBias = parameters.Extra(BMag).ToArray();
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
        gradients.Extra(BMag)[feature] = (float)magnitude;
        gradients.Extra(RMag)[feature] = (float)gain;
    }

    public override SparseAutoencoder Export(DictionaryTensors parameters, float scale)
    {
        var dictionary = DictionaryWeights.ToDictionary(parameters, scale, DictionaryActivation.Gated);
        parameters.Extra(RMag).CopyTo(dictionary.RMag!.Span());
        TensorPrimitives.Divide(parameters.Extra(BMag), scale, dictionary.BMag!.Span());
        return dictionary;
    }
}
