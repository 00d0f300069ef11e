using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Variants;

/// <summary>
/// <c>paper-2023</c>: Bricken et al. 2023, "Towards Monosemanticity", appendix "Advice for Training Sparse Autoencoders".
/// <code>
/// f = ReLU(W_enc (x − b_dec) + b_enc)        x̂ = Σ_i f_i d_i + b_dec        ‖d_i‖ = 1
/// L = mean over the batch of ( mean over n of (x − x̂)² + λ Σ_i f_i )
/// </code>
/// b_dec starts at the geometric median, the encoder as PyTorch starts a linear layer, the decoder at random directions. Dead features are
/// resampled (<see cref="FeatureResampler"/>).
/// </summary>
internal sealed class Paper2023(DictionaryOptions options) : DictionaryVariant(options)
{
    public override bool Resamples => true;

    internal override void Initialize(DictionaryTensors parameters, VectorSample x, float scale, CounterRandom random) =>
        DictionaryWeights.Initialize(parameters, x, scale, random);
}
