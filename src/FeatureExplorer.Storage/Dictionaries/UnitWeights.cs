using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>A unit's direction and what it does to the logits, read from the weights when asked for.</summary>
/// <param name="Direction">[n] decoder vector; a unit vector for a neuron.</param>
/// <param name="Logits">[V] logit weights, their median over the tokens that occur at zero.</param>
public sealed record UnitWeights(float[] Direction, float[] Logits)
{
    /// <exception cref="DamagedFileException">A file is damaged, or another's.</exception>
    /// <exception cref="InvalidDataException">The files are of a kind that is not supported.</exception>
    /// <exception cref="IOException">The dictionary or its model has no weights here.</exception>
    public static UnitWeights Read(DataFolder folder, DictionaryInfo dictionary, int index, bool[] occurs)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(dictionary);
        FileOrigins.DemandWhereIndexed(folder, dictionary);
        using var model = Transformer.Load(folder.Model(dictionary));
        using var weights = dictionary.AreNeurons
            ? NeuronEncoder.Identity(model.Config.DMlp)
            : SparseAutoencoder.Load(folder.Dictionary(dictionary));
        var direction = weights.DecoderRow(index).ToArray();
        var logits = new float[model.Config.VocabularySize];
        LogitWeights.Of(model, direction, logits, occurs, weights.Site);
        return new UnitWeights(direction, logits);
    }
}
