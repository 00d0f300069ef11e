using System.Security.Cryptography;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Endpoints.Answers;
using FeatureExplorer.Web.Endpoints.Json;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>Leads to a feature of a dictionary, another one each time.</summary>
public static class RandomFeatureEndpoint
{
    public static void MapRandomFeature(this IEndpointRouteBuilder routes) => routes.MapGet("/{model}/{name}/random", Random);

    private static IResult Random(HttpContext http, FeatureStore store, FeatureCatalog lists, string model, string name)
    {
        if (store.FindDictionary(model, name) is not { } dictionary)
        {
            return AbsentAnswer.Dictionary(model, name);
        }

        var live = lists.Indexes(dictionary, new FeatureQuery { State = FeatureState.Live });
        var chosen = live.Count > 0 ? live : lists.Indexes(dictionary, new FeatureQuery());
        http.Response.Headers.CacheControl = "no-store";
        return chosen.Count == 0
            ? JsonAnswer.NotFound("No feature", $"Dictionary {dictionary.Id} has no feature.")
            : Results.Redirect(Urls.Feature(dictionary, chosen[RandomNumberGenerator.GetInt32(chosen.Count)]));
    }
}
