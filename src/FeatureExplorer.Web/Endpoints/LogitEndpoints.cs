using FeatureExplorer.Storage.Analyses;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Computing;
using FeatureExplorer.Web.Endpoints.Answers;
using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Endpoints.Json.Systems;
using FeatureExplorer.Web.Systems;
using Microsoft.AspNetCore.Mvc;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>Features as directions of the logit update, as JSON.</summary>
public static class LogitEndpoints
{
    public static void MapLogits(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup(Urls.Api);
        api.MapGet("/{model}/{name}/decompose", Decompose).Computes("q");
        api.MapGet("/{model}/{name}/logits", Promoting).Computes("q");
        api.MapGet("/{model}/{name}/unread", Unread).Computes();
        api.MapGet("/{model}/{name}/{index:int}/logits", Logits).Computes();
    }

    [EndpointName("decompose"), Tags("Text")]
    [EndpointSummary("The logit update at a token of a text, taken apart into features, biases and error")]
    [ProducesResponseType<DecompositionJson>(StatusCodes.Status200OK)]
    [TextParameter("q", LiveModels.LongestText)]
    [WholeNumberParameter("token", 0, ushort.MaxValue)]
    private static IResult Decompose(HttpContext http, FeatureStore store, LogitSides logits, ExplorerData data, string model, string name, string? q, int? token)
    {
        if (store.FindDictionary(model, name) is not { } dictionary)
        {
            return AbsentAnswer.Dictionary(model, name);
        }

        if (string.IsNullOrEmpty(q))
        {
            return Results.Problem(title: "No text", detail: "Say which text: ?q=one+two&token=1", statusCode: StatusCodes.Status400BadRequest);
        }

        return Answer(() =>
        {
            var (found, text) = (logits.Decompose(dictionary, q, token, http.RequestAborted), data.Open(dictionary).Text);
            return JsonAnswer.Json(http, DecompositionJson.Of(dictionary.Id, found, text));
        });
    }

    [EndpointName("promoting"), Tags("Features")]
    [EndpointSummary("The features that promote and suppress a token most")]
    [ProducesResponseType<PromotingJson>(StatusCodes.Status200OK)]
    [TextParameter("q", TokenChoice.LongestText)]
    private static IResult Promoting(HttpContext http, FeatureStore store, LogitSides logits, ExplorerData data, string model, string name, string? q)
    {
        if (store.FindDictionary(model, name) is not { } dictionary)
        {
            return AbsentAnswer.Dictionary(model, name);
        }

        var choice = TokenChoice.Of(data.Open(dictionary).Text, q);
        return choice.Token is not { } token
            ? Results.Problem(title: "No token", detail: string.IsNullOrEmpty(q) ? "Say which token: ?q=the" : choice.Problem, statusCode: StatusCodes.Status400BadRequest)
            : Answer(() =>
            {
                var all = logits.Promoting(dictionary, token, http.RequestAborted);
                var (most, least) = (all.OrderByDescending(static f => f.Weight).Take(TokenChoice.Shown).ToList(), all.OrderBy(static f => f.Weight).Take(TokenChoice.Shown).ToList());
                var summaries = store.Summaries(dictionary, most.Concat(least).Select(static f => f.Feature));
                PromotingJson.Row Row((int Feature, float Weight, float Cosine) found) => new($"{dictionary.Id}/{found.Feature}", Urls.Word(summaries[found.Feature].State), found.Weight, found.Cosine);
                return JsonAnswer.Json(http, new PromotingJson(dictionary.Id, data.Open(dictionary).Text.Of(token), token, [.. most.Select(Row)], [.. least.Select(Row)]));
            });
    }

    [EndpointName("unread"), Tags("Dictionaries")]
    [EndpointSummary("How much of a dictionary's directions nothing reads, what its reconstruction spends there, and neurons as rows over all features")]
    [ProducesResponseType<UnreadJson>(StatusCodes.Status200OK)]
    private static IResult Unread(HttpContext http, FeatureStore store, LogitSides logits, LogitUpdateStore updates, string model, string name) =>
        store.FindDictionary(model, name) is not { } dictionary ? AbsentAnswer.Dictionary(model, name) : Answer(() =>
            logits.Unread(dictionary, http.RequestAborted) is not { } shares ? JsonAnswer.NotFound("Nothing unread", NotComputed.Unread(dictionary))
            : JsonAnswer.Json(http, UnreadJson.Of(dictionary, shares, updates.Find(dictionary))));

    [EndpointName("logits"), Tags("Features")]
    [EndpointSummary("A feature as a direction of the logit update: what it promotes, what nothing reads, its neighbours by four measures")]
    [ProducesResponseType<FeatureLogitsJson>(StatusCodes.Status200OK)]
    private static IResult Logits(HttpContext http, FeatureStore store, LogitSides logits, ExplorerData data, string model, string name, int index) =>
        store.FindDictionary(model, name) is not { } dictionary ? AbsentAnswer.Dictionary(model, name) : Answer(() =>
        {
            if (logits.Find(dictionary, index, http.RequestAborted) is not { } found)
            {
                return AbsentAnswer.Feature(model, name, index);
            }

            return JsonAnswer.Json(http, FeatureLogitsJson.Of(dictionary, index, found, data.Open(dictionary).Text));
        });

    private static IResult Answer(Func<IResult> answer)
    {
        try
        {
            return answer();
        }
        catch (InvalidDataException e)
        {
            return JsonAnswer.NotFound("Not to be had", e.Message);
        }
    }
}
