using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Computing;
using FeatureExplorer.Web.Endpoints.Answers;
using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Features;
using Microsoft.AspNetCore.Mvc;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>Two units beside each other, as JSON.</summary>
public static class CompareEndpoint
{
    public static void MapCompare(this IEndpointRouteBuilder routes) => routes.MapGet(Urls.Api + "/compare", Compare).Computes();

    [EndpointName("compare"), Tags("Features")]
    [EndpointSummary("Two features or neurons beside each other")]
    [ProducesResponseType<CompareJson>(StatusCodes.Status200OK)]
    [UnitParameter("left")]
    [UnitParameter("right")]
    [TextParameter("context", ContextExpression.LongestText)]
    [WholeNumberParameter("seed", 0, ulong.MaxValue)]
    private static IResult Compare(HttpContext http, UnitPairs pairs, ExplorerData data, string? left, string? right, string? context, ulong? seed)
    {
        if (pairs.Dictionary(UnitId.Parse(left)) is not { } one || pairs.Dictionary(UnitId.Parse(right)) is null)
        {
            return NoPair(pairs, left, right);
        }

        if (pairs.Find(left, right, context, seed ?? 0, http.RequestAborted) is not { } pair)
        {
            return JsonAnswer.NotFound("No contexts", $"{one.Id} has no contexts to colour by.");
        }

        return JsonAnswer.Json(http, CompareJson.Of(pair, data.Open(pair.Left).Text));
    }

    /// <summary>Says which of two units is missing.</summary>
    internal static IResult NoPair(UnitPairs pairs, string? left, string? right)
    {
        var (name, unknown) = pairs.Dictionary(UnitId.Parse(left)) is null ? ("left", left) : ("right", right);
        return string.IsNullOrEmpty(unknown)
            ? Results.Problem(title: "No such pair", detail: $"{name} is missing: give left and right as model/dictionary/index, such as A/1/12.", statusCode: StatusCodes.Status400BadRequest)
            : AbsentAnswer.Unit(unknown);
    }
}
