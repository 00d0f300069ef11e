using FeatureExplorer.Storage.Relations;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>A unit's nearest units in one dictionary, by each measure.</summary>
public sealed record RelatedJson(
    string Dictionary, IReadOnlyList<MatchJson> ByActivation, IReadOnlyList<MatchJson> ByDirection, IReadOnlyList<MatchJson> ByLogits, double TotalDirection)
{
    public static RelatedJson Of(RelatedDictionary related) => new(
        related.Id,
        [.. related.Relations.ByActivation.Select(match => MatchJson.Of(related.Id, match))],
        [.. related.Relations.ByDirection.Select(match => MatchJson.Of(related.Id, match))],
        [.. related.Relations.ByLogits.Select(match => MatchJson.Of(related.Id, match))],
        related.Relations.TotalDirection);
}
