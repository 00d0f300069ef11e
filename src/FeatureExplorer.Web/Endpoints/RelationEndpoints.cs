using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Relations;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Computing;
using FeatureExplorer.Web.Endpoints.Answers;
using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Features;
using Microsoft.AspNetCore.Mvc;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>What relates a feature to other features, neurons and the model, below its own address in the API.</summary>
public static class RelationEndpoints
{
    public static void MapRelations(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup(Urls.Api);
        api.MapGet("/{model}/{name}/{index:int}/relations", Relations);
        api.MapGet("/{model}/{name}/{index:int}/ablation", Ablation).Computes();
        api.MapGet("/{model}/{name}/{index:int}/evidence", Evidence).Computes();
        api.MapGet("/{model}/{name}/universality", Universality);
    }

    [EndpointName("relations"), Tags("Features")]
    [EndpointSummary("The nearest units of a feature in other dictionaries")]
    [ProducesResponseType<IEnumerable<RelatedJson>>(StatusCodes.Status200OK)]
    private static IResult Relations(HttpContext http, FeatureReader reader, string model, string name, int index) =>
        With(reader.Find(model, name, index), model, name, index, feature => JsonAnswer.Json(http, feature.Related.Select(RelatedJson.Of)));

    [EndpointName("ablation"), Tags("Features")]
    [EndpointSummary("What removing a feature does to the predictions in its examples")]
    [ProducesResponseType<AblationJson>(StatusCodes.Status200OK)]
    private static IResult Ablation(HttpContext http, FeatureReader reader, string model, string name, int index) =>
        With(reader.Find(model, name, index), model, name, index, feature => feature.Ablation is { } ablation
            ? JsonAnswer.Json(http, AblationJson.Of(ablation, feature.Text))
            : JsonAnswer.NotFound("Not measured", $"Removing {feature.Dictionary.Id}/{index} has not been measured. The end of a run and the command relate measure it, for features that fire."));

    [EndpointName("evidence"), Tags("Features")]
    [EndpointSummary("The five claims about a feature and the verdict on each")]
    [ProducesResponseType<EvidenceJson>(StatusCodes.Status200OK)]
    [TextParameter("context", ContextExpression.LongestText)]
    private static IResult Evidence(HttpContext http, FeatureReader reader, EvidenceReader evidence, SteeringStore steerings, ControlMarks controls, string model, string name, int index, string? context) =>
        With(reader.Find(model, name, index, HistogramView.Parse(context, null, null)), model, name, index, feature =>
        {
            // Written contexts have scores of their own; the claims are judged by those that came with the corpus.
            AddressException.Context(feature.Dictionary, context);
            return JsonAnswer.Json(http, EvidenceJson.Of(feature.Evidence(evidence), steerings.Find(feature.Dictionary, index), ControlJson.Of(controls.Of(feature.Dictionary), index, feature.Text)));
        });

    [EndpointName("universality"), Tags("Dictionaries")]
    [EndpointSummary("How well the features are found again in each other dictionary")]
    [ProducesResponseType<IEnumerable<UniversalityJson>>(StatusCodes.Status200OK)]
    private static IResult Universality(HttpContext http, FeatureStore store, RelationStore relations, string model, string name) =>
        store.FindDictionary(model, name) is { } dictionary
            ? JsonAnswer.Json(http, relations.Universality(dictionary).Select(UniversalityJson.Of))
            : AbsentAnswer.Dictionary(model, name);

    private static IResult With(FeatureView? feature, string model, string name, int index, Func<FeatureView, IResult> answer) =>
        feature is null ? AbsentAnswer.Feature(model, name, index) : answer(feature);
}
