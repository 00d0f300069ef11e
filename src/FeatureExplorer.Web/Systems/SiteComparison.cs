using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Web.Systems;

/// <summary>Dictionaries on different sites of one model beside each other.</summary>
/// <param name="Rows">One for each dictionary, in the order of the data's way through the layer.</param>
/// <param name="Features">The live features of the first dictionary with their counterparts at the other sites, by index; empty where they have not been related.</param>
/// <param name="Found">How the features of a dictionary are found again at another site, by the ids of the two.</param>
/// <param name="Others">Other sets of dictionaries of the model at equal L0.</param>
public sealed record SiteComparison(
    IReadOnlyList<SiteRow> Rows, IReadOnlyList<SiteFeature> Features, IReadOnlyDictionary<(string From, string To), Universality> Found, IReadOnlyList<IReadOnlyList<DictionaryInfo>> Others)
{
    /// <summary>Sets whose L0 differ by at most this share count as of equal L0.</summary>
    public const double EqualWithin = 0.1;

    /// <summary>A feature is found again at another site where its counterpart's correlation is at least this.</summary>
    public const double FoundFrom = 0.7;

    /// <summary>The largest L0 over the smallest, less 1.</summary>
    public double Spread { get; } = SpreadOf(Rows.Select(static row => row.Dictionary));

    /// <summary>Whether all have nearly the same L0.</summary>
    public bool AtEqualL0 => Spread <= EqualWithin;

    /// <summary>Share of the first dictionary's live features that are found again at every other site.</summary>
    public double? Everywhere => Share(static feature => feature.Least >= FoundFrom);

    /// <summary>Share that no other site has.</summary>
    public double? Alone => Share(static feature => feature.Most < FoundFrom);

    /// <summary>The largest L0 of some dictionaries over the smallest, less 1.</summary>
    public static double SpreadOf(IEnumerable<DictionaryInfo> dictionaries)
    {
        double[] all = [.. dictionaries.Select(static dictionary => dictionary.Metrics.L0)];
        return all.Min() > 0 ? (all.Max() / all.Min()) - 1 : double.PositiveInfinity;
    }

    private double? Share(Func<SiteFeature, bool> holds) => Features.Count == 0 ? null : (double)Features.Count(holds) / Features.Count;
}
