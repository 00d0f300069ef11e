using FeatureExplorer.Analysis.Relations;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>How well the features of a dictionary are found again in another one.</summary>
/// <param name="Dictionary">Name of the other dictionary: "B/1".</param>
/// <param name="Result">The figures.</param>
public sealed record UniversalityJson(string Dictionary, Universality Result);
