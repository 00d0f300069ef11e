using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Storage.Relations;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>How well the features of a dictionary are found again in another one.</summary>
/// <param name="Dictionary">Name of the other dictionary: "B/1".</param>
/// <param name="Result">The figures.</param>
public sealed record UniversalityJson(string Dictionary, Universality Result)
{
    public static UniversalityJson Of(UniversalityOf found)
    {
        var (_, _, result) = found;
        return new UniversalityJson(found.Id, result);
    }
}
