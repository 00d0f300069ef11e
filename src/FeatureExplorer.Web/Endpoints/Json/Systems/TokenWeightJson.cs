using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Web.Endpoints.Json.Systems;

/// <summary>A token and a logit weight on it.</summary>
/// <param name="Token">As people can read it.</param>
/// <param name="Id">Its id.</param>
/// <param name="Weight">The weight.</param>
public sealed record TokenWeightJson(string Token, int Id, float Weight)
{
    public static IReadOnlyList<TokenWeightJson> Of(IEnumerable<TokenWeight> weights, TokenText text) =>
        [.. weights.Select(weight => new TokenWeightJson(text.Of(weight.Token), weight.Token, weight.Weight))];
}
