using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>One page of a dictionary's features.</summary>
public sealed record FeatureListJson(
    string Dictionary, int Page, int Pages, int Total, IReadOnlyList<FeatureListJson.ContextRow> Contexts, IReadOnlyList<FeatureListJson.Row> Features)
{
    public static FeatureListJson Of(DictionaryInfo dictionary, FeaturePage page, TokenText text) => new(
        dictionary.Id, page.Number, page.Pages, page.Total, [.. dictionary.Contexts.Select(c => new ContextRow(c.Name, c.Title, c.Share))],
        [.. page.Items.Select(f => new Row(
            $"{dictionary.Id}/{f.Index}", f.Index, Urls.Word(f.State), f.Density, f.Max, f.Mean, f.BestContext, f.BestScore,
            [.. f.TopTokens.Select(t => text.Original(t))], [.. f.TopLogits.Select(t => text.Original(t))]))]);

    /// <summary>A context to filter by.</summary>
    public sealed record ContextRow(string Name, string Title, double Share);

    /// <summary>A feature in the list.</summary>
    public sealed record Row(
        string Id, int Index, string State, double Density, double Max, double Mean, string? BestContext, double? BestScore,
        IReadOnlyList<string> TopTokens, IReadOnlyList<string> TopLogits);
}
