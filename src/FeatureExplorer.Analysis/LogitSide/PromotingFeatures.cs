using System.Numerics.Tensors;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Analysis.LogitSide;

/// <summary>
/// What every feature of a dictionary does to the logit of one token: its logit weight there, less the mean over the vocabulary; also as a cosine with the
/// token's own direction, so that large weights on everything do not count.
/// </summary>
public static unsafe class PromotingFeatures
{
    /// <summary>Weights and cosines of all features on a token.</summary>
    /// <param name="model">The model.</param>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="token">Id of the token.</param>
    public static IReadOnlyList<(int Feature, float Weight, float Cosine)> Of(TransformerModel model, SparseAutoencoder dictionary, int token)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(dictionary);
        var (d, vocabulary) = (model.Config.DModel, model.Config.VocabularySize);
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(token, vocabulary);
        using var effects = new FloatBuffer((long)dictionary.Features * d);
        LogitWeights.Effects(model, dictionary.WDec.Pointer, dictionary.Features, effects.Pointer, dictionary.OutputSite ?? Site.Default(model.Config));
        var unembedding = model.Parameters.Span("lm_head.weight");
        var means = new double[d];
        for (var other = 0; other < vocabulary; other++)
        {
            for (var i = 0; i < d; i++)
            {
                means[i] += unembedding[(other * d) + i] / (double)vocabulary;
            }
        }

        var direction = new float[d];
        for (var i = 0; i < d; i++)
        {
            direction[i] = (float)(unembedding[(token * d) + i] - means[i]);
        }

        var length = TensorPrimitives.Norm<float>(direction);
        return [.. Enumerable.Range(0, dictionary.Features).Select(feature =>
        {
            ReadOnlySpan<float> effect = effects.Span((long)feature * d, d);
            var (weight, lengths) = (TensorPrimitives.Dot(effect, direction), TensorPrimitives.Norm(effect) * length);
            return (feature, weight, lengths > 0 ? weight / lengths : 0);
        })];
    }
}
