using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Storage.Analyses;

/// <summary>A feature in a <see cref="SplittingGraph"/>.</summary>
/// <param name="Dictionary">Its dictionary.</param>
/// <param name="Index">Its index there.</param>
/// <param name="Role">Why it is there.</param>
public sealed record SplittingNode(DictionaryInfo Dictionary, int Index, SplittingRole Role)
{
    /// <summary>Name as in URLs: "A/1/2357".</summary>
    public string Id => $"{Dictionary.Id}/{Index}";
}
