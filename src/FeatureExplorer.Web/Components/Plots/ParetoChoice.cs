using FeatureExplorer.Analysis;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Components.Plots;

/// <summary>Which dictionaries the chart and the table of L0 against loss recovered show.</summary>
/// <param name="Model">Of this model; null for all.</param>
/// <param name="Site">Of this site, such as "mlp.post.0"; null for all.</param>
/// <param name="Sites">The site of each dictionary that has one, by its id.</param>
public sealed record ParetoChoice(string? Model, string? Site, IReadOnlyDictionary<string, string> Sites)
{
    /// <summary>The choice of an address.</summary>
    /// <exception cref="AddressException">There is no dictionary of that model, or of that site.</exception>
    public static ParetoChoice Checked(string? model, string? site, IReadOnlyDictionary<string, string> sites, IReadOnlyList<DictionaryInfo> all, FeatureStore store)
    {
        if (!string.IsNullOrEmpty(model) && all.All(d => d.Model != model))
        {
            throw new AddressException($"model is \"{AddressException.Shown(model)}\". {(store.FindModel(model) is null ? Absent.Model(store, model) : Absent.Existing(store, model))}");
        }

        var known = sites.Values.Distinct().Order(NaturalOrder.Names).ToList();
        return string.IsNullOrEmpty(site) || known.Contains(site) ? new ParetoChoice(model, site, sites)
            : throw new AddressException("site", site, known.Count == 0 ? "left out: of no dictionary it is known which site it reads" : $"one of {string.Join(", ", known)}");
    }

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
