using System.Numerics.Tensors;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Analysis.Relations;

/// <summary>A unit's direction and what it does to the logits.</summary>
/// <param name="Direction">[n] decoder vector; a unit vector for a neuron.</param>
/// <param name="Logits">[V] logit weights, their median over the tokens that occur at zero.</param>
public sealed record UnitWeights(float[] Direction, float[] Logits)
{
    /// <param name="model">The model that the dictionary reads.</param>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="index">The unit.</param>
    /// <param name="occurs">[V] which tokens occur.</param>
    public static UnitWeights Of(TransformerModel model, SparseAutoencoder dictionary, int index, bool[] occurs)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(dictionary);
        var direction = dictionary.DecoderRow(index).ToArray();
        var logits = new float[model.Config.VocabularySize];
        LogitWeights.Of(model, direction, logits, occurs, dictionary.OutputSite);
        return new UnitWeights(direction, logits);
    }

    /// <summary>Cosine of two directions, or null where they lie in different spaces.</summary>
    public double? Cosine(UnitWeights other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Direction.Length == other.Direction.Length ? TensorPrimitives.CosineSimilarity<float>(Direction, other.Direction) : null;
    }
}
