using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Computing;
using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>Two units beside each other, as JSON.</summary>
public static class CompareEndpoint
{
    public static void MapCompare(this IEndpointRouteBuilder routes) => routes.MapGet(Urls.Api + "/compare", Compare).Computes();

    [UnitParameter("left")]
    [UnitParameter("right")]
    [TextParameter("context", ContextExpression.LongestText)]
    [WholeNumberParameter("seed", 0, ulong.MaxValue)]
    private static IResult Compare(HttpContext http, UnitPairs pairs, ExplorerData data, string? left, string? right, string? context, ulong? seed)
    {
        if (pairs.Dictionary(UnitId.Parse(left)) is not { } one || pairs.Dictionary(UnitId.Parse(right)) is null)
        {
            var unknown = pairs.Dictionary(UnitId.Parse(left)) is null ? left : right;
            return JsonAnswer.NotFound("No such feature", $"There is no feature \"{unknown}\": give left and right as model/dictionary/index, such as A/1/12.");
        }

        if (pairs.Find(left, right, context, seed ?? 0, http.RequestAborted) is not { } pair)
        {
            return JsonAnswer.NotFound("No contexts", $"{one.Id} has no contexts to colour by.");
        }

        var text = data.Open(pair.Left).Text;
        return JsonAnswer.Json(http, new
        {
            left = pair.LeftId,
            right = pair.RightId,
            context = pair.Context.Name,
            pair.Result.Problem,
            pair.Result.Direction,
            activations = pair.Result.Activations,
            logitWeights = pair.Result.Weights is { } weights ? new { weights.Pearson, tokens = weights.Weights.Select(w => Weight(w, text)) } : null,
        });
    }

    private static object Weight(ComparedWeight weight, TokenText text) => new { token = text.Of(weight.Token), id = weight.Token, weight.Left, weight.Right, weight.Inside };
}
