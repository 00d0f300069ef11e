using System.Numerics.Tensors;
using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Dictionaries.Files;
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
internal sealed class JumpRelu(DictionaryOptions options) : DictionaryVariant(options)
{
    private const float LeastThreshold = 1e-30f;

    public override IReadOnlyList<string> Extras => ["log_threshold"];

    public override bool CentresInput => false;

    internal override void Initialize(DictionaryTensors parameters, VectorSample x, float scale, CounterRandom random)
    {
        DictionaryWeights.InitializeTied(parameters, 1, random);
        parameters.Extra(0).Fill(MathF.Log(Options.InitialThreshold * MathF.Sqrt(parameters.Inputs)));
    }

    internal override void Continue(DictionaryTensors parameters, SparseAutoencoder source, float scale)
    {
        base.Continue(parameters, source, scale);
        for (var feature = 0; feature < parameters.Features; feature++)
        {
            // A threshold of 0 has no logarithm; so small a one lets the same activations pass.
            parameters.Extra(0)[feature] = MathF.Log(MathF.Max(source.Threshold!.Span()[feature] * scale, LeastThreshold));
        }
    }

    internal override SparseAutoencoder Export(DictionaryTensors parameters, float scale)
    {
        var dictionary = DictionaryWeights.ToDictionary(parameters, scale, DictionaryActivation.JumpRelu);
        TensorPrimitives.Exp(parameters.Extra(0), dictionary.Threshold!.Span());
        TensorPrimitives.Divide(dictionary.Threshold!.Span(), scale, dictionary.Threshold!.Span());
        DictionaryWeights.CentreEncoder(dictionary);
        return dictionary;
    }
}
