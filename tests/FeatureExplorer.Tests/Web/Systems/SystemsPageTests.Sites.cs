using System.Net;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Analyses;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Tests.Web.Systems;

/// <summary>Dictionaries on two sites of one model beside each other.</summary>
public sealed partial class SystemsPageTests
{
    [Fact]
    public async Task Sites_DictionariesOnTwoSites_StandBesideEachOther()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await site.Client.GetAsync(new Uri("/api/v1/B/sites", UriKind.Relative))).StatusCode);
        var (own, other) = (site.Dictionary, SampleSites.Publish(site.Database, site.Dictionary, "7"));
        var live = site.Service<FeatureStore>().Summaries(own).Where(static f => f.State == FeatureState.Live).Select(static f => f.Index).ToList();
        var json = await site.Json("/api/v1/A/sites?dictionaries=1,7");
        var rows = json.GetProperty("sites").EnumerateArray().ToList();
        Assert.Equal([("mlp.post.0", "A/1"), ("resid.post.0", other.Id)], rows.Select(r => (r.GetProperty("site").GetString()!, r.GetProperty("dictionary").GetString()!)));
        // The run measures its own dictionary; the other one has what was stored for it.
        Assert.Equal(site.Service<LogitUpdateStore>().Find(own)!.UpdateExplained, rows[0].GetProperty("update").GetProperty("updateExplained").GetDouble());
        Assert.Equal(SampleSites.Update, rows[1].GetProperty("update").GetProperty("updateExplained").GetDouble());
        var matched = json.GetProperty("features").EnumerateArray().ToList();
        Assert.Equal(live.Select(f => $"A/1/{f}"), matched.Select(f => f.GetProperty("feature").GetString()));
        Assert.Equal((double)live.Count(static f => SampleSites.Pearson(f) >= 0.7f) / live.Count, json.GetProperty("everywhere").GetDouble(), 1e-9);

        var page = await site.Page("/A/sites?dictionaries=1,7");
        Assert.Equal(["mlp.post.0", "resid.post.0"], page.QuerySelectorAll("section[aria-labelledby=quality-title] tbody th").Select(th => th.TextContent));
        Assert.Contains("0.625", page.QuerySelector("section[aria-labelledby=quality-title] tbody tr:last-child")!.TextContent, StringComparison.Ordinal);
        var best = live.MaxBy(SampleSites.Pearson);
        Assert.Equal($"/A/1/{best}", page.QuerySelector("section[aria-labelledby=matched-title] tbody th a")!.GetAttribute("href"));
        // The function of the model's neurons and the recipes of the dictionaries are two things.
        var footer = page.QuerySelector(".provenance")!.TextContent;
        Assert.Contains("model A, whose neurons are ReLU", footer, StringComparison.Ordinal);
        Assert.Contains($"{other.Variant} (A/1 and A/7), {ActivationDefinition.Of(other.Variant)}", footer, StringComparison.Ordinal);
        foreach (var (chosen, says) in new[]
        {
            ("1,99", "The model has no dictionary 99 whose site is known. Name at least two on different sites, separated by commas: 1 (mlp.post.0) and 7 (resid.post.0)."),
            ("A/7", "That is one dictionary."),
        })
        {
            Assert.Contains(says, (await site.Page($"/A/sites?dictionaries={chosen}", HttpStatusCode.BadRequest)).QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        }
    }
}
