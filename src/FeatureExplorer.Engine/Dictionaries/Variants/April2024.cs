using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Variants;

/// <summary>
/// <c>april-2024</c>: Anthropic, Circuits Updates, April 2024, "Update on how we train SAEs".
/// <code>
/// f = ReLU(W_enc x + b_enc)        x̂ = Σ_i f_i d_i + b_dec        d_i free
/// L = mean over the batch of ( ‖x − x̂‖² + λ Σ_i f_i ‖d_i‖ )
/// </code>
/// Biases start at 0, decoder rows at random directions of length 0.1, W_enc at W_decᵀ. λ rises over the first 5 % of the steps, the learning
/// rate falls to 0 over the last 20 %, the gradient's norm is clipped at 1, nothing is resampled. The norms are folded into the exported
/// dictionary: e_i ‖d_i‖, b_enc,i ‖d_i‖, d_i / ‖d_i‖.
/// </summary>
internal sealed class April2024(DictionaryOptions options) : DictionaryVariant(options)
{
    private const float StartLength = 0.1f;
    public override bool CentresInput => false;

    public override bool SumsSquares => true;

    public override bool UnitDecoder => false;

    internal override void Initialize(DictionaryTensors parameters, VectorSample x, float scale, CounterRandom random) =>
        DictionaryWeights.InitializeTied(parameters, StartLength, random);

    internal override SparseAutoencoder Export(DictionaryTensors parameters, float scale)
    {
        var dictionary = DictionaryWeights.ToDictionary(parameters, scale);
        DictionaryWeights.FoldNorms(dictionary);
        DictionaryWeights.CentreEncoder(dictionary);
        return dictionary;
    }
}
