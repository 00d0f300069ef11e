using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Computing;
using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>Two units beside each other, as JSON.</summary>
public static class CompareEndpoint
{
    public static void MapCompare(this IEndpointRouteBuilder routes) => routes.MapGet(Urls.Api + "/compare", Compare).Computes();

    [EndpointName("compare"), Tags("Features")]
    [EndpointSummary("Two features or neurons beside each other")]
    [UnitParameter("left")]
    [UnitParameter("right")]
    [TextParameter("context", ContextExpression.LongestText)]
    [WholeNumberParameter("seed", 0, ulong.MaxValue)]
    private static IResult Compare(
        HttpContext http, FeatureStore store, UnitComparer comparer, ExplorerData data, string? left, string? right, string? context, ulong? seed)
    {
        var (mine, theirs) = (UnitId.Parse(left), UnitId.Parse(right));
        if (Find(store, mine) is not { } one || Find(store, theirs) is not { } other)
        {
            return JsonAnswer.NotFound(
                "No such feature", $"There is no feature \"{(Find(store, mine) is null ? left : right)}\": give left and right as model/dictionary/index, such as A/1/12.");
        }

        var chosen = AddressException.Context(one, context) ?? one.FindContext(store.FindFeature(one, mine!.Index)!.BestContext?.Context) ?? (one.Contexts.Count > 0 ? one.Contexts[0] : null);
        if (chosen is null)
        {
            return JsonAnswer.NotFound("No contexts", $"{one.Id} has no contexts to colour by.");
        }

        var result = comparer.Compare(one, mine!.Index, other, theirs!.Index, chosen, seed ?? 0, http.RequestAborted);
        var text = data.Open(one).Text;
        return JsonAnswer.Json(http, new
        {
            left = mine.ToString(),
            right = theirs.ToString(),
            context = chosen.Name,
            result.Problem,
            result.Direction,
            activations = result.Activations,
            logitWeights = result.Weights is { } weights ? new { weights.Pearson, tokens = weights.Weights.Select(w => Weight(w, text)) } : null,
        });
    }

    private static object Weight(ComparedWeight weight, TokenText text) => new { token = text.Of(weight.Token), id = weight.Token, weight.Left, weight.Right, weight.Inside };

    private static DictionaryInfo? Find(FeatureStore store, UnitId? id) =>
        id is not null && store.FindDictionary(id.Model, id.Name) is { } dictionary && id.Index < dictionary.Features ? dictionary : null;
}
