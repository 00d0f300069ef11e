using System.Net;
using FeatureExplorer.Storage.Analyses;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Systems;

namespace FeatureExplorer.Tests.Web.Systems;

/// <summary>What a dictionary does to the logits, as the run has measured it.</summary>
public sealed partial class SystemsPageTests
{
    [Fact]
    public async Task Logits_Feature_ShowsWhereItsDirectionIsUsedWithoutIt()
    {
        var updates = site.Service<LogitUpdateStore>();
        var use = Enumerable.Range(0, site.Dictionary.Features).Select(f => updates.Find(site.Dictionary, f)).First(use => use?.Examples.Count > 0)!;
        var json = (await site.Json($"/api/v1/A/1/{use.Feature}/logits")).GetProperty("usedIn");
        Assert.Equal((use.Active, use.Inactive), (json.GetProperty("active").GetInt64(), json.GetProperty("inactive").GetInt64()));
        Assert.Equal(use.Examples.Select(e => e.Activation), json.GetProperty("examples").EnumerateArray().Select(e => e.GetProperty("component").GetSingle()));
        var card = (await site.Page($"/A/1/{use.Feature}/logits")).QuerySelector("section[aria-labelledby=used-title]")!;
        Assert.Equal(use.Examples.Count, card.QuerySelectorAll(".match mark").Length);
        Assert.Contains($"{Show.Two(use.Examples[0].Activation)} ×", card.TextContent, StringComparison.Ordinal);
        // On none of them the feature fires.
        Assert.Empty(site.Service<Explorations>().Ask(site.Dictionary, evidence => use.Examples.Where(e => e.Position < evidence.Index.Tokens && evidence.Index.At(use.Feature, e.Position) > 0).ToList())!);
    }

    [Fact]
    public async Task Unread_DictionaryOfNeurons_ShowsFeaturesReconstructionAndSlices()
    {
        var figures = site.Service<LogitUpdateStore>().Find(site.Dictionary)!;
        var json = await site.Json("/api/v1/A/1/unread");
        Assert.Equal(site.Dictionary.Features, json.GetProperty("features").GetArrayLength());
        Assert.Equal(figures.Unread!.Error, json.GetProperty("measured").GetProperty("error").GetDouble());
        Assert.Equal(figures.Slices!.Neurons.Count, json.GetProperty("slices").GetProperty("neurons").GetArrayLength());
        var page = await site.Page("/A/1/unread");
        Assert.Contains(Show.WholePercent(figures.Unread.Error), page.QuerySelector("section[aria-labelledby=spent-title]")!.TextContent, StringComparison.Ordinal);
        var shares = json.GetProperty("features").EnumerateArray().Select(s => s.GetDouble()).ToList();
        var live = site.Service<FeatureStore>().Summaries(site.Dictionary).Where(static f => f.State == FeatureExplorer.Analysis.Statistics.FeatureState.Live).ToList();
        Assert.Equal($"/A/1/{live.MaxBy(f => shares[f.Index])!.Index}/logits", page.QuerySelector("section[aria-labelledby=most-title] th a")!.GetAttribute("href"));

        var neuron = await site.Page("/A/neurons/7");
        Assert.Contains(SliceSentence.Of(figures.Slices), neuron.QuerySelector("section[aria-labelledby=features-title]")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Client.GetAsync(new Uri("/api/v1/nobody/1/unread", UriKind.Relative))).StatusCode);
    }
}
