using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Storage.Relations;

/// <summary>A unit's nearest units in one dictionary.</summary>
/// <param name="Model">Model of the other dictionary.</param>
/// <param name="Name">Its name within the model.</param>
/// <param name="Relations">The lists.</param>
public sealed record RelatedDictionary(string Model, string Name, UnitRelations Relations)
{
    /// <summary>Name as in URLs: "B/1".</summary>
    public string Id => $"{Model}/{Name}";

    /// <summary>Whether its units are neurons.</summary>
    public bool AreNeurons => Name == DictionaryDraft.Neurons;
}
