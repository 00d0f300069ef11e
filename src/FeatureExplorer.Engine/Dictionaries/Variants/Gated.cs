using System.Numerics.Tensors;
using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Dictionaries.Files;
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
internal sealed class Gated(DictionaryOptions options) : DictionaryVariant(options)
{
    /// <summary>Place of r_mag among the further parameters.</summary>
    internal const int RMag = 0;

    /// <summary>Place of b_mag among the further parameters.</summary>
    internal const int BMag = 1;

    public override IReadOnlyList<string> Extras => ["r_mag", "b_mag"];

    internal override void Initialize(DictionaryTensors parameters, VectorSample x, float scale, CounterRandom random)
    {
        DictionaryWeights.InitializeTied(parameters, 1, random);
        DictionaryWeights.StartAtMedian(parameters, x, scale);
    }

    internal override void Continue(DictionaryTensors parameters, SparseAutoencoder source, float scale)
    {
        base.Continue(parameters, source, scale);
        source.RMag!.Span().CopyTo(parameters.Extra(RMag));
        TensorPrimitives.Multiply(source.BMag!.Span(), scale, parameters.Extra(BMag));
    }

    internal override SparseAutoencoder Export(DictionaryTensors parameters, float scale)
    {
        var dictionary = DictionaryWeights.ToDictionary(parameters, scale, DictionaryActivation.Gated);
        parameters.Extra(RMag).CopyTo(dictionary.RMag!.Span());
        TensorPrimitives.Divide(parameters.Extra(BMag), scale, dictionary.BMag!.Span());
        return dictionary;
    }
}
