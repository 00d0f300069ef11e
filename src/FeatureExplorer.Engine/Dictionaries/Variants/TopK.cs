using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Variants;

/// <summary>
/// <c>topk</c>: Gao et al. 2024, "Scaling and evaluating sparse autoencoders", sections 2.3 and A.2.
/// <code>
/// f = ReLU(TopK(W_enc (x − b_dec) + b_enc))        x̂ = Σ_i f_i d_i + b_dec        ‖d_i‖ = 1
/// L = mean over the batch of ( mean over n of (x − x̂)² + α · mean over n of (e − ê)² )        e = x − x̂, held fixed
/// </code>
/// with ê decoded, without b_dec, from the k_aux largest pre-activations among the dead features. There is no penalty: k says how sparse f is.
/// The decoder starts at random directions, W_enc at W_decᵀ, b_enc at 0, b_dec at the geometric median.
/// </summary>
internal class TopK(DictionaryOptions options) : DictionaryVariant(options)
{
    public override int KeepPerRow => Options.K;

    public override float AuxiliaryWeight => Options.AuxWeight;

    public override int DeadPerRow(int inputs) => Options.AuxWeight > 0 ? Options.AuxK ?? Math.Max(1, inputs / 2) : 0;

    internal override void Initialize(DictionaryTensors parameters, VectorSample x, float scale, CounterRandom random)
    {
        DictionaryWeights.InitializeTied(parameters, 1, random);
        DictionaryWeights.StartAtMedian(parameters, x, scale);
    }

    internal override SparseAutoencoder Export(DictionaryTensors parameters, float scale) =>
        DictionaryWeights.ToDictionary(parameters, scale, DictionaryActivation.TopK, Options.K);
}
