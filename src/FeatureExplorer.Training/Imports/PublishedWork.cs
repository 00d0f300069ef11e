using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Training.Imports;

/// <summary>A dictionary that is to be published, and what is computed with it.</summary>
/// <param name="Info">Its model.</param>
/// <param name="Name">Its name within the model.</param>
/// <param name="Dictionary">The weights.</param>
/// <param name="Model">The model's.</param>
/// <param name="Text">The text.</param>
/// <param name="Tokens">Held-out tokens of the text to index.</param>
internal sealed record PublishedWork(ModelInfo Info, string Name, SparseAutoencoder Dictionary, TransformerModel Model, ModelText Text, long Tokens);
