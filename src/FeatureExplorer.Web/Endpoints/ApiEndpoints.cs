using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Relations;
using FeatureExplorer.Storage.Search;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Endpoints.Answers;
using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Models;
using Microsoft.AspNetCore.Mvc;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>The pages as JSON, at the pages' paths below /api/v1.</summary>
public static class ApiEndpoints
{
    public static void MapApi(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup(Urls.Api);
        api.MapGet("/", Dictionaries);
#pragma warning disable ASP0022 // Routing tries the pattern that takes everything last.
        api.MapGet("/{model}", Model);
        api.MapGet("/{model}/{name}", Features);
        api.MapGet("/{model}/{name}/{index:int}", Feature);
        api.MapExplorations();
        api.MapSearch();
        api.MapGet("/{**path}", () => JsonAnswer.NotFound("Not found", "There is nothing at this address: try /api/v1.")).ExcludeFromDescription();
#pragma warning restore ASP0022
    }

    [EndpointName("dictionaries"), Tags("Dictionaries")]
    [EndpointSummary("All models and dictionaries with their quality")]
    [ProducesResponseType<DictionaryListJson>(StatusCodes.Status200OK)]
    private static IResult Dictionaries(HttpContext context, FeatureStore store, DictionarySites places)
    {
        var models = store.Models().Select(m => ModelJson.Of(m));
        var all = store.Dictionaries();
        var sites = places.Of(all);
        var dictionaries = all.Select(d => DictionaryJson.Of(d, sites.GetValueOrDefault(d.Id), store.PaperUltralow(d)));
        return JsonAnswer.Json(context, new DictionaryListJson(models, dictionaries));
    }

    [EndpointName("model"), Tags("Dictionaries")]
    [EndpointSummary("A model: sizes, architecture, text, and its dictionaries with their quality")]
    [ProducesResponseType<ModelDetailJson>(StatusCodes.Status200OK)]
    private static IResult Model(HttpContext context, FeatureStore store, ModelReader models, string model) => models.Find(model) is { } view
        ? JsonAnswer.Json(context, ModelDetailJson.Of(view, view.Dictionaries.Select(d => DictionaryJson.Of(d, view.Sites.GetValueOrDefault(d.Id), store.PaperUltralow(d)))))
        : AbsentAnswer.Model(model);

    [EndpointName("features"), Tags("Dictionaries")]
    [EndpointSummary("The features of a dictionary, sorted, filtered and by page")]
    [ProducesResponseType<FeatureListJson>(StatusCodes.Status200OK)]
    [EnumParameter<FeatureSort>("sort")]
    [WordsParameter("order", "asc", "desc")]
    [TextParameter("q", SearchQuery.LongestText)]
    [TextParameter("context", ContextExpression.LongestText)]
    [EnumParameter<FeatureState>("state")]
    [PageParameter]
    private static IResult Features(
        HttpContext context, FeatureStore store, FeatureCatalog lists, FeatureNames names, ExplorerData data, SteeringStore steerings, ControlMarks controls, string model, string name,
        string? sort, string? order, string? q, [FromQuery(Name = "context")] string? inside, string? state, int? page)
    {
        if (store.FindDictionary(model, name) is not { } dictionary)
        {
            return AbsentAnswer.Dictionary(model, name);
        }

        var query = ListQuery.Parse(sort, order, q, AddressException.Context(dictionary, inside)?.Name, state, page);
        var found = lists.Page(dictionary, query);
        AddressException.DemandPage(query.Page, found.Pages);
        return JsonAnswer.Json(context, FeatureListJson.Of(dictionary, found, data.Open(dictionary).Text, names.Of(dictionary, found.Items), steerings.Of(dictionary, found.Items.Select(static item => item.Index)), controls.Of(dictionary)));
    }

    [EndpointName("feature"), Tags("Features")]
    [EndpointSummary("Everything that the page of a feature shows")]
    [ProducesResponseType<FeatureJson>(StatusCodes.Status200OK)]
    private static IResult Feature(HttpContext context, FeatureStore store, FeatureReader reader, string model, string name, int index)
    {
        if (store.FindDictionary(model, name) is not { } dictionary)
        {
            return AbsentAnswer.Dictionary(model, name);
        }

        return reader.Find(dictionary, index) is { } feature
            ? JsonAnswer.Json(context, FeatureJson.Of(feature))
            : JsonAnswer.NotFound("No such feature", Absent.Feature(dictionary, index));
    }
}
