using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Web.Exports;

/// <summary>What Neuronpedia's files say of a dictionary beside its features.</summary>
/// <param name="Names">What it is called there.</param>
/// <param name="Model">Its model; null where it is not known.</param>
/// <param name="Layers">Layers of the model.</param>
/// <param name="Dataset">The text, in a few words.</param>
/// <param name="Hook">TransformerLens' name of its site, or null.</param>
/// <param name="Weights">Its weights; null where there are none.</param>
public sealed record NeuronpediaOrigin(NeuronpediaNames Names, ModelInfo? Model, int Layers, string Dataset, string? Hook, SparseAutoencoder? Weights)
{
    /// <summary>A feature's decoder vector; null where there are no weights.</summary>
    public float[]? VectorOf(int feature) => Weights?.DecoderRow(feature).ToArray();
}
