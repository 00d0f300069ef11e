using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Computing;
using FeatureExplorer.Web.Endpoints.Answers;
using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Features;
using Microsoft.AspNetCore.Mvc;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>Contexts that readers write, the examples of any range, and where a feature fires, as JSON.</summary>
public static class ExplorationEndpoints
{
    private const int Matches = 24;

    /// <summary>Adds the addresses to those of the API.</summary>
    public static void MapExplorations(this IEndpointRouteBuilder api)
    {
        api.MapGet("/contexts", Contexts).Computes("context");
        api.MapGet("/{model}/{name}/context", ContextFeatures).Computes("context");
        api.MapGet("/{model}/{name}/{index:int}/context", ContextOfFeature).Computes();
        api.MapGet("/{model}/{name}/{index:int}/examples", Examples).Computes();
        api.MapGet("/{model}/{name}/{index:int}/origins", Origins).Computes();
    }

    [EndpointName("contexts"), Tags("Contexts")]
    [EndpointSummary("The saved contexts, or where a context that is given lies")]
    [ProducesResponseType<ContextsJson>(StatusCodes.Status200OK)]
    [TextParameter("context", ContextExpression.LongestText)]
    [DictionaryParameter("in")]
    private static IResult Contexts(
        HttpContext http, FeatureStore store, ExplorerData data, Explorations explorations, SavedContexts saved, string? context, [FromQuery(Name = "in")] string? within)
    {
        if (string.IsNullOrWhiteSpace(context))
        {
            return JsonAnswer.Json<ContextsJson>(http, new ContextsJson.List(saved.All()));
        }

        if (store.Dictionaries().FirstOrDefault(d => within is null ? explorations.Ask(d, static e => e) is not null : d.Id == within) is not { } dictionary)
        {
            return JsonAnswer.NotFound("No text", within is null ? "No dictionary has an index and text here." : Unusable(store, within));
        }

        return Answer<ContextsJson>(http, dictionary, () => explorations.Ask(dictionary, evidence =>
        {
            var preview = ContextPreviewer.Of(explorations.Evaluate(evidence, context, http.RequestAborted), evidence.Corpus.HeldOut, Matches);
            return ContextsJson.Preview.Of(context, dictionary.Id, preview, data.Open(dictionary).Text);
        }));
    }

    [EndpointName("contextFeatures"), Tags("Contexts")]
    [EndpointSummary("All features of a dictionary, ranked by a context")]
    [ProducesResponseType<ContextFeaturesJson>(StatusCodes.Status200OK)]
    [TextParameter("context", ContextExpression.LongestText)]
    [EnumParameter<ContextRankOrder>("order")]
    [PageParameter]
    private static IResult ContextFeatures(
        HttpContext http, FeatureStore store, Explorations explorations, string model, string name, string? context, string? order, int? page)
    {
        if (store.FindDictionary(model, name) is not { } dictionary)
        {
            return AbsentAnswer.Dictionary(model, name);
        }

        if (string.IsNullOrWhiteSpace(context))
        {
            return Results.Problem(title: "No context", detail: "Say which context: ?context=regex:[0-9]+", statusCode: StatusCodes.Status400BadRequest);
        }

        var by = Urls.Parse<ContextRankOrder>(order) ?? ContextRankOrder.Pearson;
        return Answer(http, dictionary, () =>
        {
            var ranking = ContextRankingPage.Of(dictionary, store, explorations, context, by, page ?? 1, http.RequestAborted);
            AddressException.DemandPage(page ?? 1, ranking?.Page.Pages ?? int.MaxValue);
            return ranking is null ? null : ContextFeaturesJson.Of(dictionary, context, by, ranking);
        });
    }

    [EndpointName("contextOfFeature"), Tags("Contexts")]
    [EndpointSummary("A feature against a context: scores and the coloured histogram")]
    [ProducesResponseType<ContextOfFeatureJson>(StatusCodes.Status200OK)]
    [TextParameter("context", ContextExpression.LongestText)]
    [WordsParameter("x", "linear", "log")]
    private static IResult ContextOfFeature(
        HttpContext http, FeatureReader reader, Explorations explorations, string model, string name, int index, string? context, string? x)
    {
        if (reader.Find(model, name, index, HistogramView.Parse(context, x, null))?.Coloured(explorations, http.RequestAborted) is not { } feature)
        {
            return AbsentAnswer.Feature(model, name, index);
        }

        var choice = feature.Choice;
        if (choice.Problem is not null)
        {
            return Unusable(choice.Problem);
        }

        var score = choice.Score ?? feature.Report.Contexts.FirstOrDefault(c => c.Context == choice.Context?.Name);
        return JsonAnswer.Json(http, new ContextOfFeatureJson($"{feature.Dictionary.Id}/{index}", choice.Context, score, choice.Colours, feature.Dictionary.Provenance));
    }

    [EndpointName("examples"), Tags("Features")]
    [EndpointSummary("The examples of a feature in any range of its activation")]
    [ProducesResponseType<ExamplesJson>(StatusCodes.Status200OK)]
    [NumberParameter("from")]
    [NumberParameter("to")]
    [WholeNumberParameter("token", 0, TransformerConfig.LargestVocabulary - 1)]
    [EnumParameter<ActivationOrder>("order")]
    [WholeNumberParameter("seed", 0, ulong.MaxValue)]
    [WholeNumberParameter("page", 1, ActivationSelection.MostPages)]
    private static IResult Examples(
        HttpContext http, FeatureStore store, ExplorerData data, Explorations explorations, string model, string name, int index,
        string? from, string? to, string? token, string? order, string? seed, string? page)
    {
        if (store.FindDictionary(model, name) is not { } dictionary || index < 0 || index >= dictionary.Features)
        {
            return AbsentAnswer.Feature(model, name, index);
        }

        var selection = SelectionQuery.Parse(from, to, token, order ?? Urls.Word(ActivationOrder.Activation), seed, page)!;
        if (selection.To < selection.From)
        {
            return Results.Problem(
                title: "Not understood", detail: FormattableString.Invariant($"\"from\" is {selection.From} and \"to\" is {selection.To}: activations lie from the smaller to the larger; from has to be at most to."),
                statusCode: StatusCodes.Status400BadRequest);
        }

        return Answer(http, dictionary, () => explorations.Ask(dictionary, evidence =>
        {
            var text = data.Open(dictionary).Text;
            var found = new ActivationExplorer(evidence.Index, evidence.Corpus.HeldOut, evidence.Counts, index).Select(selection, http.RequestAborted);
            AddressException.DemandPage(selection.Page, found.Page);
            return ExamplesJson.Of(dictionary, index, selection, found, text);
        }));
    }

    [EndpointName("origins"), Tags("Features")]
    [EndpointSummary("Where a feature fires: tokens, previous tokens, domains, positions")]
    [ProducesResponseType<OriginsJson>(StatusCodes.Status200OK)]
    private static IResult Origins(HttpContext http, FeatureReader reader, Explorations explorations, string model, string name, int index)
    {
        if (reader.Find(model, name, index) is not { } feature)
        {
            return AbsentAnswer.Feature(model, name, index);
        }

        var (dictionary, text) = (feature.Dictionary, feature.Text);
        return Answer(http, dictionary, () => explorations.Ask(dictionary, evidence =>
        {
            var origins = FeatureOriginsCounter.Of(evidence.Index, evidence.Corpus.HeldOut, evidence.Counts, index, feature.Report.Top, http.RequestAborted);
            return OriginsJson.Of(dictionary, index, origins, text);
        }));
    }

    private static string Unusable(FeatureStore store, string id) => id.Split('/') is [var model, var name] && store.FindDictionary(model, name) is null
        ? Absent.Dictionary(store, model, name)
        : $"{id} has no index and text here: {(id.EndsWith("/" + DictionaryDraft.Neurons, StringComparison.Ordinal) ? "contexts are shown with dictionaries" : "it was imported, or its files are missing")}.";

    private static IResult Answer<T>(HttpContext http, DictionaryInfo dictionary, Func<T?> question)
        where T : class
    {
        try
        {
            return question() is { } answer
                ? JsonAnswer.Json(http, answer)
                : JsonAnswer.NotFound("No index", $"Dictionary {dictionary.Id} has no index and text here: it was imported, or its files are missing.");
        }
        catch (ContextExpressionException e)
        {
            return Unusable(e.Message);
        }
    }

    private static IResult Unusable(string problem) =>
        Results.Problem(title: "No such context", detail: problem, statusCode: StatusCodes.Status400BadRequest);
}
