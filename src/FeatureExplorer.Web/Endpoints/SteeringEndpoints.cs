using FeatureExplorer.Analysis.Steering;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Components.Plots;
using FeatureExplorer.Web.Computing;
using FeatureExplorer.Web.Endpoints.Answers;
using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Endpoints.Json.Systems;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Steering;
using Microsoft.AspNetCore.Mvc;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>Samples with pinned features, as JSON and as the data of a chart.</summary>
public static class SteeringEndpoints
{
    /// <summary>Adds the addresses.</summary>
    public static void MapSteering(this IEndpointRouteBuilder routes)
    {
        routes.MapGroup(Urls.Api).MapGet("/{model}/{name}/{index:int}/steer", Steer).Computes();
        routes.MapGroup(ChartUrls.Root).MapGet("/{model}/{name}/{index:int}/steer", Chart).Computes();
    }

    [EndpointName("steer"), Tags("Features")]
    [EndpointSummary("Samples from the model as it is and with the feature held at a multiple of its maximum")]
    [ProducesResponseType<SteeringJson>(StatusCodes.Status200OK)]
    [TextParameter("prompt", SteeringQuery.LongestPrompt)]
    [RangeParameter("strength", SteeringQuery.Weakest, SteeringQuery.Strongest)]
    [StrengthsParameter("with")]
    [WholeNumberParameter("tokens", 1, SteeringQuery.MostTokens)]
    [WholeNumberParameter("samples", 1, SteeringQuery.MostSamples)]
    [WholeNumberParameter("seed", 0, ulong.MaxValue)]
    [RangeParameter("temperature", 0, SteeringQuery.Hottest)]
    [WholeNumberParameter("topk", 0, SteeringQuery.MostTopK)]
    [RangeParameter("topp", 0, 1)]
    [EnumParameter<SteeringPositions>("positions")]
    [WordsParameter("error", "keep", "drop")]
    [TextParameter("context", 100)]
    [WordsParameter("curve", "true", "false")]
    private static IResult Steer(
        HttpContext http, FeatureReader reader, SteeringService steering, string model, string name, int index, string? prompt, string? strength, string? with, string? tokens,
        string? samples, string? seed, string? temperature, string? topk, string? topp, string? positions, string? error, string? context, string? curve)
    {
        var query = SteeringQuery.Parse(prompt, strength, with, tokens, samples, seed, temperature, topk, topp, positions, error, context);
        return Answer(reader.Find(model, name, index), model, name, index, feature => JsonAnswer.Json(http, SteeringJson.Of(
            feature.Dictionary, index, query, steering.Sample(feature.Dictionary, feature.Report, query, null, http.RequestAborted),
            curve == "true" ? steering.Curve(feature.Dictionary, feature.Report, query, http.RequestAborted) : null, feature.Text)));
    }

    [TextParameter("prompt", SteeringQuery.LongestPrompt)]
    [StrengthsParameter("with")]
    [WholeNumberParameter("tokens", 1, SteeringQuery.MostTokens)]
    [WholeNumberParameter("samples", 1, SteeringQuery.MostSamples)]
    [WholeNumberParameter("seed", 0, ulong.MaxValue)]
    [RangeParameter("temperature", 0, SteeringQuery.Hottest)]
    [WholeNumberParameter("topk", 0, SteeringQuery.MostTopK)]
    [RangeParameter("topp", 0, 1)]
    [EnumParameter<SteeringPositions>("positions")]
    [WordsParameter("error", "keep", "drop")]
    [TextParameter("context", 100)]
    private static IResult Chart(
        HttpContext http, FeatureReader reader, SteeringService steering, string model, string name, int index, string? prompt, string? with, string? tokens,
        string? samples, string? seed, string? temperature, string? topk, string? topp, string? positions, string? error, string? context)
    {
        var query = SteeringQuery.Parse(prompt, null, with, tokens, samples, seed, temperature, topk, topp, positions, error, context);
        return Answer(reader.Find(model, name, index), model, name, index, feature => ChartJson.Answer(SteeringChart.Of(
            steering.Curve(feature.Dictionary, feature.Report, query, http.RequestAborted), SteeringService.ContextOf(feature.Dictionary, feature.Report, query)?.Title)));
    }

    private static IResult Answer(FeatureView? feature, string model, string name, int index, Func<FeatureView, IResult> answer)
    {
        try
        {
            return feature switch
            {
                null => AbsentAnswer.Feature(model, name, index),
                { Report.State: Analysis.Statistics.FeatureState.Dead } => JsonAnswer.NotFound("Cannot be steered with", $"{model}/{name}/{index} is dead: it has no maximum to hold it at."),
                _ => answer(feature),
            };
        }
        catch (InvalidDataException e)
        {
            return JsonAnswer.NotFound("Cannot be run", e.Message);
        }
    }
}
