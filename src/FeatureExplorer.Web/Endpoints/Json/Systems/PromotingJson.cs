namespace FeatureExplorer.Web.Endpoints.Json.Systems;

/// <summary>The features that promote and suppress a token most.</summary>
/// <param name="Dictionary">Such as "A/1".</param>
/// <param name="Token">The token, as people can read it.</param>
/// <param name="Id">Its id.</param>
/// <param name="Promoted">The features with the largest logit weights on it.</param>
/// <param name="Suppressed">Those with the smallest.</param>
public sealed record PromotingJson(string Dictionary, string Token, int Id, IReadOnlyList<PromotingJson.Row> Promoted, IReadOnlyList<PromotingJson.Row> Suppressed)
{
    /// <summary>A feature, whether it is live, ultralow or dead, its logit weight on the token, and the cosine of its direction with the token's.</summary>
    public sealed record Row(string Feature, string State, float Weight, float Cosine);
}
