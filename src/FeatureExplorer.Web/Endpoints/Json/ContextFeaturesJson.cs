using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>One page of a dictionary's features, ranked by a context.</summary>
/// <param name="Dictionary">"A/1".</param>
/// <param name="Context">The context, as it was given.</param>
/// <param name="Order">By which score they are ranked.</param>
/// <param name="Tokens">Number of held-out tokens.</param>
/// <param name="Inside">Those inside the context.</param>
/// <param name="Found">Features that fire in it.</param>
/// <param name="Page">Number of the page, from 1.</param>
/// <param name="Pages">Number of pages.</param>
/// <param name="Features">The features on the page, best first.</param>
/// <param name="Provenance">What was counted.</param>
public sealed record ContextFeaturesJson(
    string Dictionary, string Context, string Order, long Tokens, long Inside, int Found, int Page, int Pages, IReadOnlyList<ContextFeaturesJson.Row> Features,
    Provenance Provenance)
{
    public static ContextFeaturesJson Of(DictionaryInfo dictionary, string context, ContextRankOrder by, ContextRankingPage ranking) => new(
        dictionary.Id, context, Urls.Word(by), dictionary.Provenance.Tokens, ranking.Inside, ranking.Found, ranking.Page.Number, ranking.Page.Pages,
        [.. ranking.Shown.Select(r => new Row($"{dictionary.Id}/{r.Feature}", r.Feature, r.Pearson, r.Specificity, r.MassSpecificity, r.Recall, r.Inside, r.Activations))],
        dictionary.Provenance);

    /// <summary>A feature and its scores in the context.</summary>
    /// <param name="Inside">Its activations inside.</param>
    /// <param name="Activations">All its activations.</param>
    public sealed record Row(string Id, int Feature, double Pearson, double Specificity, double MassSpecificity, double Recall, long Inside, long Activations);
}
