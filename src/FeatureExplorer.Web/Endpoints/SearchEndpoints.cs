using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Search;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Computing;
using FeatureExplorer.Web.Endpoints.Answers;
using FeatureExplorer.Web.Endpoints.Json;
using Microsoft.AspNetCore.Mvc;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>Searching features, and the features of a text, as JSON.</summary>
public static class SearchEndpoints
{
    /// <summary>Adds the addresses to those of the API.</summary>
    public static void MapSearch(this IEndpointRouteBuilder api)
    {
        api.MapGet("/search", Search);
        api.MapGet("/{model}/{name}/text", Text).Computes("q");
    }

    [EndpointName("search"), Tags("Dictionaries")]
    [EndpointSummary("Features by token, label, context or number, in all dictionaries")]
    [ProducesResponseType<SearchJson>(StatusCodes.Status200OK)]
    [TextParameter("q", SearchQuery.LongestText)]
    private static IResult Search(HttpContext http, FeatureSearch search, FeatureNames names, ExplorerData data, string? q)
    {
        var query = SearchQuery.Parse(q);
        return JsonAnswer.Json(http, new SearchJson(
            Urls.Word(query.Kind), query.Text, [.. search.Named(query).Select(static n => Urls.Feature(n.Dictionary, n.Index))],
            [.. search.Find(query).Select(result => new SearchJson.Found(result.Dictionary.Id, result.Total, result.Ranked, Rows(result, names, data)))]));
    }

    private static IReadOnlyList<SearchJson.Row> Rows(SearchResult result, FeatureNames names, ExplorerData data)
    {
        var (named, text) = (names.Of(result.Dictionary, result.Features), data.Open(result.Dictionary).Text);
        return [.. result.Features.Select(f => new SearchJson.Row(
            $"{result.Dictionary.Id}/{f.Index}", f.Index, named[f.Index].Text, Urls.Word(named[f.Index].Source), f.Density, f.BestContext,
            [.. f.TopTokens.Select(text.Of)], [.. f.TopLogits.Select(text.Of)]))];
    }

    [EndpointName("text"), Tags("Dictionaries")]
    [EndpointSummary("A text, the features that are active on each of its tokens, and the losses of the model")]
    [ProducesResponseType<TextJson>(StatusCodes.Status200OK)]
    [TextParameter("q", LiveModels.LongestText)]
    [WholeNumberParameter("feature", 0, int.MaxValue)]
    private static IResult Text(HttpContext http, FeatureStore store, ExplorerData data, LiveModels models, string model, string name, string? q, int? feature)
    {
        if (store.FindDictionary(model, name) is not { } dictionary)
        {
            return AbsentAnswer.Dictionary(model, name);
        }

        if (string.IsNullOrEmpty(q))
        {
            return Results.Problem(title: "No text", detail: "Say which text: ?q=...", statusCode: StatusCodes.Status400BadRequest);
        }

        if (feature >= dictionary.Features)
        {
            throw new AddressException("feature", $"{feature}", $"a feature of {dictionary.Id}, from 0 to {dictionary.Features - 1}");
        }

        try
        {
            var found = models.Read(dictionary, q, feature, http.RequestAborted);
            return JsonAnswer.Json(http, TextJson.Of(dictionary, found, data.Open(dictionary).Text));
        }
        catch (InvalidDataException e)
        {
            return JsonAnswer.NotFound("Cannot be run", e.Message);
        }
    }
}
