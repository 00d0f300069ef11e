using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Relations;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Computing;
using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Features;

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

    private static IResult Relations(HttpContext http, FeatureStore store, RelationStore relations, string model, string name, int index) =>
        With(store, model, name, index, (dictionary, _) => JsonAnswer.Json(http, relations.Find(dictionary, index).Select(RelatedJson.Of)));

    private static IResult Ablation(
        HttpContext http, FeatureStore store, AblationStore ablations, ExplorerData data, string model, string name, int index) =>
        With(store, model, name, index, (dictionary, _) => ablations.Find(dictionary, index) is { } ablation
            ? JsonAnswer.Json(http, AblationJson.Of(ablation, data.Open(dictionary).Text))
            : JsonAnswer.NotFound("Not measured", $"Removing {dictionary.Id}/{index} has not been measured. It is measured when the run ends, for features that fire."));

    [TextParameter("context", ContextExpression.LongestText)]
    private static IResult Evidence(HttpContext http, FeatureStore store, EvidenceReader reader, string model, string name, int index, string? context) =>
        With(store, model, name, index, (dictionary, report) => JsonAnswer.Json(http, EvidenceJson.Of(reader.Read(dictionary, report, AddressException.Context(dictionary, context)?.Name))));

    private static IResult Universality(HttpContext http, FeatureStore store, RelationStore relations, string model, string name) =>
        store.FindDictionary(model, name) is { } dictionary
            ? JsonAnswer.Json(http, relations.Universality(dictionary).Select(found => new { dictionary = found.Id, found.Result }))
            : JsonAnswer.NotFound("No such dictionary", $"There is no dictionary {model}/{name}; {Urls.Api} lists all.");

    private static IResult With(FeatureStore store, string model, string name, int index, Func<DictionaryInfo, FeatureReport, IResult> answer) =>
        store.FindDictionary(model, name) is { } dictionary && store.FindFeature(dictionary, index) is { } report
            ? answer(dictionary, report)
            : JsonAnswer.NotFound("No such feature", $"There is no feature {model}/{name}/{index}.");
}
