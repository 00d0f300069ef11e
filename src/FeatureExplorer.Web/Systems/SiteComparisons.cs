using FeatureExplorer.Analysis;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Analyses;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Relations;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Models;

namespace FeatureExplorer.Web.Systems;

/// <summary>Sets dictionaries on different sites of one model beside each other, once for page and API.</summary>
public sealed class SiteComparisons(FeatureStore store, SurveyStore surveys, RelationStore relations, LogitUpdateStore updates, DictionarySites sites)
{
    /// <summary>Longest list of names, in characters.</summary>
    public const int LongestChoice = 200;

    private const int MostOthers = 12;

    /// <summary>The comparison; null where the model has no dictionaries on two sites.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="chosen">Names of the dictionaries, separated by commas; null for those of nearly the same L0.</param>
    /// <exception cref="AddressException">The model has no such dictionaries, or they do not read two sites.</exception>
    public SiteComparison? Find(string model, string? chosen)
    {
        var all = store.Dictionaries();
        var where = sites.Of(all);
        var own = all.Where(d => d.Model == model && d is { Forming: null, Provenance.OtherText: null } && where.ContainsKey(d.Id)).ToList();
        var sets = Sets(own, where);
        var set = string.IsNullOrEmpty(chosen) ? sets.FirstOrDefault() : Chosen(own, where, chosen);
        if (set is null)
        {
            return null;
        }

        var rows = set.Select(dictionary => Row(dictionary, all, where)).ToList();
        var others = sets.Where(other => SiteComparison.SpreadOf(other) <= SiteComparison.EqualWithin && !other.Select(static d => d.Id).SequenceEqual(set.Select(static d => d.Id)));
        return new SiteComparison(rows, Features(set), Found(set), [.. others.Take(MostOthers)]);
    }

    /// <summary>
    /// For every dictionary those of the other sites whose L0 is nearest, of its own recipe and size where there are several. First come sets of equal L0, most sites and most
    /// features first.
    /// </summary>
    private static List<List<DictionaryInfo>> Sets(List<DictionaryInfo> dictionaries, IReadOnlyDictionary<string, string> where)
    {
        var bySite = dictionaries.GroupBy(d => where[d.Id]).ToList();
        if (bySite.Count < 2)
        {
            return [];
        }

        var sets = dictionaries.Select(anchor => bySite.Select(site => where[anchor.Id] == site.Key ? anchor : Nearest(site, anchor)).OrderBy(d => SiteOrder.Of(where[d.Id])).ToList());
        return [.. sets.DistinctBy(static set => string.Join(',', set.Select(static d => d.Name)))
            .OrderBy(static set => SiteComparison.SpreadOf(set) > SiteComparison.EqualWithin)
            .ThenByDescending(static set => set.Sum(static d => (long)d.Features)).ThenBy(SiteComparison.SpreadOf)];
    }

    private static DictionaryInfo Nearest(IEnumerable<DictionaryInfo> site, DictionaryInfo anchor) => site
        .OrderBy(d => SiteComparison.SpreadOf([d, anchor]) > SiteComparison.EqualWithin)
        .ThenByDescending(d => d.Variant == anchor.Variant).ThenByDescending(d => d.Features == anchor.Features).ThenBy(d => SiteComparison.SpreadOf([d, anchor])).First();

    private static List<DictionaryInfo> Chosen(List<DictionaryInfo> own, IReadOnlyDictionary<string, string> where, string chosen)
    {
        var names = chosen.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct().ToList();
        var found = names.Select(name => own.FirstOrDefault(d => d.Name == name || d.Id == name)).OfType<DictionaryInfo>().Distinct().OrderBy(d => SiteOrder.Of(where[d.Id])).ToList();
        return Wrong(names, found, own, where) is not { } wrong ? found
            : throw new AddressException($"dictionaries is \"{AddressException.Shown(chosen)}\". {wrong} Name at least two on different sites, separated by commas: {Wording.Listed([.. own.OrderBy(static d => d.Name, NaturalOrder.Names).Select(d => $"{d.Name} ({where[d.Id]})")])}.");
    }

    private static string? Wrong(List<string> names, List<DictionaryInfo> found, List<DictionaryInfo> own, IReadOnlyDictionary<string, string> where)
    {
        if (names.FirstOrDefault(name => own.All(d => d.Name != name && d.Id != name)) is { } unknown)
        {
            return $"The model has no dictionary {AddressException.Shown(unknown)} whose site is known.";
        }

        return found.GroupBy(d => where[d.Id]).FirstOrDefault(static site => site.Count() > 1) is { } twice ? $"{Wording.Listed([.. twice.Select(static d => d.Name)])} lie on the same site, {twice.Key}."
            : found.Count < 2 ? "That is one dictionary."
            : null;
    }

    private SiteRow Row(DictionaryInfo dictionary, IReadOnlyList<DictionaryInfo> all, IReadOnlyDictionary<string, string> where)
    {
        double[] scores = [.. store.Summaries(dictionary).Where(static f => f.State == FeatureState.Live).Select(static f => f.BestScore ?? 0).Order()];
        return new SiteRow(
            dictionary, where[dictionary.Id], updates.Find(dictionary), surveys.Of(dictionary), Universality.Quantile(scores, 0.5), Again(dictionary, all, where));
    }

    /// <summary>A dictionary of another model on the same site, or of the same model with another seed: of the same recipe, size and L0 as far as there is one.</summary>
    private UniversalityOf? Again(DictionaryInfo dictionary, IReadOnlyList<DictionaryInfo> all, IReadOnlyDictionary<string, string> where)
    {
        var known = all.ToDictionary(static d => d.Id);
        return relations.Universality(dictionary)
            .Where(u => u.Id != dictionary.Id && known.ContainsKey(u.Id) && where.GetValueOrDefault(u.Id) == where[dictionary.Id] && store.FindModel(u.Model)?.ControlOf is null)
            .Where(u => u.Model != dictionary.Model || known[u.Id].Features == dictionary.Features)
            .OrderByDescending(u => u.Model != dictionary.Model).ThenByDescending(u => known[u.Id].Variant == dictionary.Variant)
            .ThenByDescending(u => known[u.Id].Features == dictionary.Features).ThenBy(u => SiteComparison.SpreadOf([known[u.Id], dictionary]) > SiteComparison.EqualWithin).ThenBy(static u => u.Id, NaturalOrder.Names).FirstOrDefault();
    }

    private List<SiteFeature> Features(List<DictionaryInfo> set)
    {
        var counterparts = set.Skip(1).Select(other => relations.Counterparts(set[0], other)).ToList();
        return counterparts.Any(static found => found.Count == 0) ? [] : [.. store.Summaries(set[0]).Where(static f => f.State == FeatureState.Live)
            .Select(f => new SiteFeature(f.Index, [.. counterparts.Select(found => found.TryGetValue(f.Index, out var match) ? match : (UnitMatch?)null)]))];
    }

    private Dictionary<(string From, string To), Universality> Found(List<DictionaryInfo> set)
    {
        var ids = set.Select(static d => d.Id).ToHashSet();
        var all = new Dictionary<(string From, string To), Universality>();
        foreach (var (from, again) in set.SelectMany(from => relations.Universality(from).Select(again => (from.Id, again))).Where(pair => pair.Id != pair.again.Id && ids.Contains(pair.again.Id)))
        {
            var (_, _, figures) = again;
            all.Add((from, again.Id), figures);
        }

        return all;
    }
}
