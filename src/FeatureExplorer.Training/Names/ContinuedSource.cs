using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Training.Names;

/// <summary>A finished dictionary that training can go on from.</summary>
/// <param name="Info">As it is published.</param>
/// <param name="Shape">What its configuration says; its site is known.</param>
/// <param name="Weights">Hash of its weights.</param>
public sealed record ContinuedSource(DictionaryInfo Info, DictionaryShape Shape, string Weights)
{
    /// <summary>The recipes that can go on from it; the one that it was trained by comes first, where that is known.</summary>
    public IReadOnlyList<string> Variants => [.. DictionaryStart.VariantsOf(Shape.Activation).OrderByDescending(variant => variant == Info.Variant)];
}
