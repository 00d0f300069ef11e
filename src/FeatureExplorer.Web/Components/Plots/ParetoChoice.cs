using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Web.Components.Plots;

/// <summary>Which dictionaries the chart and the table of L0 against loss recovered show.</summary>
/// <param name="Model">Of this model; null for all.</param>
/// <param name="Site">Of this site, such as "mlp.post.0"; null for all.</param>
/// <param name="Sites">The site of each dictionary that has one, by its id.</param>
public sealed record ParetoChoice(string? Model, string? Site, IReadOnlyDictionary<string, string> Sites)
{
    /// <summary>Those of a list; what is indexed over another text than its model's is left out, as its figures are of that text.</summary>
    public IEnumerable<DictionaryInfo> Of(IEnumerable<DictionaryInfo> all) =>
        all.Where(d => d.Provenance.OtherText is null && (Model is null || d.Model == Model) && (Site is null || Sites.GetValueOrDefault(d.Id) == Site));

    /// <summary>An address with this choice.</summary>
    public string On(string address)
    {
        var given = string.Join('&', new[] { ("model", Model), ("site", Site) }.Where(static p => p.Item2 is not null).Select(static p => $"{p.Item1}={Urls.Escape(p.Item2!)}"));
        return given.Length == 0 ? address : $"{address}?{given}";
    }
}
