using FeatureExplorer.Analysis.Relations;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>A match as the API tells of it; null stands for what cannot be compared.</summary>
public sealed record MatchJson(
    string Id, int Index, float Pearson, float Cosine, float Jaccard, float Lift, float GivenOther, float GivenThis, float? Direction, float? LogitCorrelation)
{
    /// <param name="dictionary">Name of the other unit's dictionary: "B/1".</param>
    /// <param name="match">The match.</param>
    public static MatchJson Of(string dictionary, UnitMatch match) => new(
        $"{dictionary}/{match.Unit}", match.Unit, match.Pearson, match.Cosine, match.Jaccard, match.Lift, match.GivenOther, match.GivenThis,
        float.IsNaN(match.Direction) ? null : match.Direction, float.IsNaN(match.Logits) ? null : match.Logits);
}
