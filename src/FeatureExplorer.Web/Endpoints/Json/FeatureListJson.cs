using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Steering;
using FeatureExplorer.Analysis.Verdicts;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>One page of a dictionary's features.</summary>
public sealed record FeatureListJson(
    string Dictionary, int Page, int Pages, int Total, IReadOnlyList<FeatureListJson.ContextRow> Contexts, IReadOnlyList<FeatureListJson.Row> Features)
{
    public static FeatureListJson Of(
        DictionaryInfo dictionary, FeaturePage page, TokenText text, IReadOnlyDictionary<int, FeatureName> names, IReadOnlyDictionary<int, SteeringEffect> steering, ControlledFeatures? controlled) => new(
        dictionary.Id, page.Number, page.Pages, page.Total, [.. ContextTwins.Entries(dictionary.Contexts).Select(c => new ContextRow(c.Name, c.Title, c.Share))],
        [.. page.Items.Select(f => new Row(
            $"{dictionary.Id}/{f.Index}", f.Index, names[f.Index].Text, Urls.Word(names[f.Index].Source), Urls.Word(f.State), f.Density, f.Max, f.Mean, f.BestContext, f.BestScore, page.Scores?[f.Index], steering.GetValueOrDefault(f.Index), ControlJson.Of(controlled, f.Index, text),
            [.. f.TopTokens.Select(t => text.Original(t))], [.. f.TopLogits.Select(t => text.Original(t))]))]);

    /// <summary>A context to filter by.</summary>
    public sealed record ContextRow(string Name, string Title, double Share);

    /// <summary>A feature in the list; its score is that in the context that the list is filtered by.</summary>
    public sealed record Row(
        string Id, int Index, string Name, string NameSource, string State, double Density, double Max, double Mean, string? BestContext, double? BestScore, double? Score, SteeringEffect? Steering, ControlJson? AsOnControl,
        IReadOnlyList<string> TopTokens, IReadOnlyList<string> TopLogits);
}
