using FeatureExplorer.Analysis.Splitting;
using FeatureExplorer.Storage.Analyses;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Endpoints.Answers;
using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Endpoints.Json.Systems;
using FeatureExplorer.Web.Systems;
using Microsoft.AspNetCore.Mvc;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>What features do together, as JSON: how they split, which hand over to which, and which lie near each other.</summary>
public static class SystemsEndpoints
{
    public static void MapSystems(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup(Urls.Api);
        api.MapGet("/{model}/splitting", Splitting);
        api.MapGet("/{model}/sites", Sites);
        api.MapGet("/{model}/{name}/automata", Automata);
        api.MapGet("/{model}/{name}/map", Map);
        api.MapGet("/{model}/{name}/{index:int}/transitions", Transitions);
    }

    [EndpointName("splitting"), Tags("Features")]
    [EndpointSummary("What a feature splits into in larger dictionaries of its model")]
    [ProducesResponseType<SplittingJson>(StatusCodes.Status200OK)]
    [UnitParameter("feature")]
    [ThresholdParameter("threshold", MaskedCosines.Least)]
    private static IResult Splitting(HttpContext http, SplittingViews views, string model, string? feature, string? threshold) =>
        string.IsNullOrEmpty(feature)
            ? Results.Problem(title: "No feature", detail: $"Say which feature of model {model}: ?feature={model}/0/45", statusCode: StatusCodes.Status400BadRequest)
        : views.Find(model, feature, threshold) is not { } view ? JsonAnswer.NotFound("No such feature", views.Missing(model, feature))
        : view.Graph.Compared ? JsonAnswer.Json(http, SplittingJson.Of(view))
        : JsonAnswer.NotFound("Not computed", NotComputed.Splitting(view.Chosen.Node.Dictionary));

    [EndpointName("sites"), Tags("Dictionaries")]
    [EndpointSummary("Dictionaries on different sites of one model beside each other: what they keep of the logits, what their features are like, and which are found again")]
    [ProducesResponseType<SitesJson>(StatusCodes.Status200OK)]
    [TextParameter("dictionaries", SiteComparisons.LongestChoice)]
    private static IResult Sites(HttpContext http, FeatureStore store, SiteComparisons comparisons, string model, string? dictionaries) =>
        store.Dictionaries().All(d => d.Model != model) ? AbsentAnswer.Model(model)
        : comparisons.Find(model, dictionaries) is { } found ? JsonAnswer.Json(http, SitesJson.Of(model, found)) : JsonAnswer.NotFound("Not computed", NotComputed.Sites(model));

    [EndpointName("automata"), Tags("Dictionaries")]
    [EndpointSummary("Systems of features that hand over to each other from token to token")]
    [ProducesResponseType<AutomataJson>(StatusCodes.Status200OK)]
    private static IResult Automata(HttpContext http, FeatureStore store, AutomataStore automata, ExplorerData data, string model, string name) =>
        store.FindDictionary(model, name) is not { } dictionary ? AbsentAnswer.Dictionary(model, name)
        : automata.Find(dictionary) is { } report ? JsonAnswer.Json(http, AutomataJson.Of(dictionary.Id, report, data.Open(dictionary).Text))
        : JsonAnswer.NotFound("Not computed", NotComputed.Automata(dictionary));

    [EndpointName("map"), Tags("Dictionaries")]
    [EndpointSummary("The features of a dictionary, or of two, by the direction of their decoder rows: a plane, clusters, and the order of a list")]
    [ProducesResponseType<MapJson>(StatusCodes.Status200OK)]
    [DictionaryParameter("with")]
    private static IResult Map(HttpContext http, FeatureStore store, MapViews maps, string model, string name, string? with) =>
        store.FindDictionary(model, name) is not { } dictionary ? AbsentAnswer.Dictionary(model, name)
        : maps.Find(dictionary, with) is { } map ? JsonAnswer.Json(http, MapJson.Of(map))
        : JsonAnswer.NotFound("Not computed", NotComputed.Map(dictionary));

    [EndpointName("transitions"), Tags("Features")]
    [EndpointSummary("Which features come before and after a feature, from token to token")]
    [ProducesResponseType<TransitionsJson>(StatusCodes.Status200OK)]
    private static IResult Transitions(HttpContext http, FeatureStore store, AutomataStore automata, ExplorerData data, string model, string name, int index)
    {
        if (store.FindDictionary(model, name) is not { } dictionary || index >= dictionary.Features)
        {
            return AbsentAnswer.Feature(model, name, index);
        }

        if (!automata.Has(dictionary))
        {
            return JsonAnswer.NotFound("Not computed", NotComputed.Automata(dictionary));
        }

        var (found, text) = (automata.Find(dictionary, index), data.Open(dictionary).Text);
        return JsonAnswer.Json(http, new TransitionsJson(
            $"{dictionary.Id}/{index}", [.. (found?.Before ?? []).Select(transition => TransitionJson.Of(transition, text))],
            [.. (found?.After ?? []).Select(transition => TransitionJson.Of(transition, text))], dictionary.Provenance));
    }
}
