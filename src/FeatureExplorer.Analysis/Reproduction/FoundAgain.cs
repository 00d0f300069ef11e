using FeatureExplorer.Analysis.Relations;

namespace FeatureExplorer.Analysis.Reproduction;

/// <summary>How well units are found again in a dictionary of another model.</summary>
/// <param name="Id">Name of the other dictionary: "B/1".</param>
/// <param name="Result">The figures.</param>
public sealed record FoundAgain(string Id, Universality Result);
