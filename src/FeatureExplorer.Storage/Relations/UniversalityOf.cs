using FeatureExplorer.Analysis.Relations;

namespace FeatureExplorer.Storage.Relations;

/// <summary>How well the units of a dictionary are found again in one other dictionary.</summary>
/// <param name="Model">Model of the other dictionary.</param>
/// <param name="Name">Its name within the model.</param>
/// <param name="Result">The figures.</param>
public sealed record UniversalityOf(string Model, string Name, Universality Result)
{
    /// <summary>Name as in URLs: "B/1".</summary>
    public string Id => $"{Model}/{Name}";
}
