using FeatureExplorer.Analysis.LogitSide;
using FeatureExplorer.Engine.Dictionaries.Evaluation;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Web.Systems;

namespace FeatureExplorer.Web.Endpoints.Json.Systems;

/// <summary>Dictionaries on different sites of one model beside each other.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="AtEqualL0">Whether the largest L0 is at most a tenth above the smallest.</param>
/// <param name="Sites">One for each dictionary.</param>
/// <param name="Found">How the features of a dictionary are found again at another site: median correlation with the best counterpart.</param>
/// <param name="Features">The live features of the first dictionary with their counterparts at the other sites, null where none fires together with it.</param>
/// <param name="Everywhere">Share of them with a correlation of at least 0.7 at every other site; null where they have not been related.</param>
/// <param name="Alone">Share of them with such a counterpart at no other site.</param>
/// <param name="Provenance">What was counted.</param>
public sealed record SitesJson(
    string Model, bool AtEqualL0, IReadOnlyList<SitesJson.SiteOf> Sites, IReadOnlyList<SitesJson.FoundIn> Found, IReadOnlyList<SitesJson.Matched> Features, double? Everywhere, double? Alone,
    Provenance Provenance)
{
    public static SitesJson Of(string model, SiteComparison found)
    {
        ArgumentNullException.ThrowIfNull(found);
        return new SitesJson(
            model, found.AtEqualL0, [.. found.Rows.Select(Row)], [.. found.Found.Select(static pair => new FoundIn(pair.Key.From, pair.Key.To, pair.Value.Median))],
            [.. found.Features.Select(feature => new Matched(
                $"{found.Rows[0].Dictionary.Id}/{feature.Feature}",
                [.. feature.Counterparts.Select((match, i) => match is { } best ? new Counterpart($"{found.Rows[i + 1].Dictionary.Id}/{best.Unit}", best.Pearson) : null)]))],
            found.Everywhere, found.Alone, found.Rows[0].Dictionary.Provenance);
    }

    private static SiteOf Row(SiteRow row)
    {
        var dictionary = row.Dictionary;
        return new SiteOf(
            row.Site, dictionary.Id, dictionary.Variant, dictionary.Features, dictionary.Metrics, row.Update, dictionary.Live, dictionary.Dead, dictionary.Ultralow, row.BestScore, row.Survey.Detectors, row.Survey.SingleToken,
            row.Universality is { } again ? new FoundIn(dictionary.Id, again.Id, again.Result.Median) : null);
    }

    /// <summary>A dictionary: where it reads, its quality, what it keeps of the layer's update of the logits, and what its features are like.</summary>
    public sealed record SiteOf(
        string Site, string Dictionary, string Variant, int Features, DictionaryMetrics Metrics, LogitUpdateFigures? Update, int Live, int Dead, int Ultralow, double BestContextScore, double Detectors, double SingleToken,
        FoundIn? Universality);

    /// <summary>Median correlation of a dictionary's features with their best counterparts in another one.</summary>
    public sealed record FoundIn(string From, string To, double Median);

    /// <summary>A feature and its counterparts, by site from the second on.</summary>
    public sealed record Matched(string Feature, IReadOnlyList<Counterpart?> Counterparts);

    /// <summary>The best match by activation.</summary>
    public sealed record Counterpart(string Feature, float Pearson);
}
