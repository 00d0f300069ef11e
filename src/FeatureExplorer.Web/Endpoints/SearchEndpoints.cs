using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Search;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Computing;
using FeatureExplorer.Web.Endpoints.Json;

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
    [TextParameter("q", SearchQuery.LongestText)]
    private static IResult Search(HttpContext http, FeatureSearch search, FeatureNames names, ExplorerData data, string? q)
    {
        var query = SearchQuery.Parse(q);
        return JsonAnswer.Json(http, new
        {
            kind = Urls.Word(query.Kind),
            query.Text,
            named = search.Named(query).Select(static n => Urls.Feature(n.Dictionary, n.Index)),
            dictionaries = search.Find(query).Select(result => new
            {
                dictionary = result.Dictionary.Id,
                result.Total,
                result.Ranked,
                features = Rows(result, names, data),
            }),
        });
    }

    private static IEnumerable<object> Rows(SearchResult result, FeatureNames names, ExplorerData data)
    {
        var (named, text) = (names.Of(result.Dictionary, result.Features), data.Open(result.Dictionary).Text);
        return result.Features.Select(f => new
        {
            id = $"{result.Dictionary.Id}/{f.Index}",
            f.Index,
            name = named[f.Index].Text,
            nameSource = Urls.Word(named[f.Index].Source),
            f.Density,
            f.BestContext,
            topTokens = f.TopTokens.Select(text.Of),
            topLogits = f.TopLogits.Select(text.Of),
        });
    }

    [EndpointName("text"), Tags("Dictionaries")]
    [EndpointSummary("A text and the features that are active on each of its tokens")]
    [TextParameter("q", LiveModels.LongestText)]
    private static IResult Text(HttpContext http, FeatureStore store, ExplorerData data, LiveModels models, string model, string name, string? q)
    {
        if (store.FindDictionary(model, name) is not { } dictionary)
        {
            return ApiEndpoints.Unknown(model, name);
        }

        if (string.IsNullOrEmpty(q))
        {
            return Results.Problem(title: "No text", detail: "Say which text: ?q=...", statusCode: StatusCodes.Status400BadRequest);
        }

        try
        {
            var found = models.Activations(dictionary, q, http.RequestAborted);
            var text = data.Open(dictionary).Text;
            return JsonAnswer.Json(http, new
            {
                dictionary = dictionary.Id,
                tokens = found.Tokens.Select((token, i) => new { token = text.Of(token), id = token, features = found.Features[i] }),
                found.Left,
                dictionary.Provenance,
            });
        }
        catch (InvalidDataException e)
        {
            return JsonAnswer.NotFound("Cannot be run", e.Message);
        }
    }
}
