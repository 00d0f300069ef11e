using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Training;

namespace FeatureExplorer.Engine.Dictionaries.Variants;

/// <summary>
/// <c>batchtopk</c>: Bussmann, Leask and Nanda 2024, "BatchTopK Sparse Autoencoders". As <see cref="TopK"/>, but of a batch the k · batch largest
/// pre-activations stay, so that a vector may have more than k or fewer. At inference, where there is no batch, f is what exceeds θ, a running
/// mean of the smallest activation of each training batch: θ ← 0.99 θ + 0.01 min f, corrected for its start at 0. Exported as a JumpReLU
/// dictionary whose thresholds are all θ.
/// </summary>
internal class BatchTopK(DictionaryOptions options) : TopK(options)
{
    private const double Decay = 0.99;

    // So much below the running mean, nearly every batch has all that is wanted: a second pass of the encoder is rare.
    private const float GuessShare = 0.7f;

    private double _mean;
    private double _weight;

    public override int KeepPerRow => int.MaxValue;

    public override int KeepPerBatchRow => Options.K;

    public override float? SelectionGuess => _weight > 0 ? GuessShare * Threshold : null;

    public override double[] State
    {
        get => [_mean, _weight];
        set => (_mean, _weight) = (value[0], value[1]);
    }

    /// <summary>θ, on the scale of training.</summary>
    private float Threshold => _weight > 0 ? (float)(_mean / _weight) : 0;

    public override void Selected(float least)
    {
        _mean = (Decay * _mean) + ((1 - Decay) * least);
        _weight = (Decay * _weight) + (1 - Decay);
    }

    internal override void Continue(DictionaryTensors parameters, SparseAutoencoder source, float scale)
    {
        base.Continue(parameters, source, scale);
        (_mean, _weight) = (source.Threshold!.Span()[0] * scale, 1);
    }

    internal override SparseAutoencoder Export(DictionaryTensors parameters, float scale)
    {
        var dictionary = DictionaryWeights.ToDictionary(parameters, scale, DictionaryActivation.JumpRelu);
        dictionary.Threshold!.Span().Fill(Threshold / scale);
        return dictionary;
    }
}
