using System.Numerics.Tensors;
using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Variants;

/// <summary>
/// <c>jumprelu</c>: Rajamanoharan et al. 2024, "Jumping Ahead: Improving Reconstruction Fidelity with JumpReLU Sparse Autoencoders"; start and
/// optimiser as in Lieberum et al. 2024, "Gemma Scope".
/// <code>
/// p = W_enc x + b_enc        f = p · H(p − θ)        x̂ = Σ_i f_i d_i + b_dec        ‖d_i‖ = 1, θ = exp(log θ)
/// L = mean over the batch of ( mean over n of (x − x̂)² + λ Σ_i H(p_i − θ_i) )
/// </code>
/// H, the step function, has no gradient; θ learns from pseudo-derivatives, a rectangle of width ε about the jump:
/// <code>
/// ∂f/∂θ = −θ/ε · [|p − θ| &lt; ε/2]        ∂H/∂θ = −1/ε · [|p − θ| &lt; ε/2]
/// </code>
/// so the lists also hold features up to ε/2 below their threshold, with f = 0. The source scales activations to norm 1; here it is √n, with the mean over
/// n of the error, so λ is the source's own and ε and θ are multiplied by √n. W_enc starts at W_decᵀ, biases at 0.
/// </summary>
internal sealed unsafe class JumpRelu(DictionaryOptions options) : DictionaryVariant(options)
{
    private float[] _thresholds = [];
    private float[] _limits = [];
    private float _bandwidth;

    public override IReadOnlyList<string> Extras => ["log_threshold"];

    public override bool CentresInput => false;

    public override float Floor => float.NegativeInfinity;

    public override ReadOnlySpan<float> Limits => _limits;

    public override void Initialize(DictionaryTensors parameters, VectorSample x, float scale, CounterRandom random)
    {
        DictionaryWeights.InitializeTied(parameters, 1, random);
        parameters.Extra(0).Fill(MathF.Log(Options.InitialThreshold * MathF.Sqrt(parameters.Inputs)));
    }

    public override void Prepare(DictionaryTensors parameters)
    {
        Array.Resize(ref _thresholds, parameters.Features);
        Array.Resize(ref _limits, parameters.Features);
        _bandwidth = Options.Bandwidth * MathF.Sqrt(parameters.Inputs);
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

    public override SparseAutoencoder Export(DictionaryTensors parameters, float scale)
    {
        var dictionary = DictionaryWeights.ToDictionary(parameters, scale, DictionaryActivation.JumpRelu);
        TensorPrimitives.Exp(parameters.Extra(0), dictionary.Threshold!.Span());
        TensorPrimitives.Divide(dictionary.Threshold!.Span(), scale, dictionary.Threshold!.Span());
        DictionaryWeights.CentreEncoder(dictionary);
        return dictionary;
    }
}
