using System.Net;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Tests.Web.Exploration;

namespace FeatureExplorer.Tests.Web.Texts;

/// <summary>The page of a text as the server draws it, and its API.</summary>
public sealed class TextPageTests(ExplorationSite site) : IClassFixture<ExplorationSite>
{
    [Fact]
    public async Task Api_AsTheContractSays_GivesTokensWithLossesAndFeatures()
    {
        var reading = site.Service<LiveModels>().Read(site.Dictionary, "ACGT text", site.Busy);
        var json = await site.Json($"/api/v1/A/1/text?q=ACGT+text&feature={site.Busy}");

        var tokens = json.GetProperty("tokens").EnumerateArray().ToList();
        Assert.Equal(reading.Tokens, tokens.Select(static t => t.GetProperty("id").GetInt32()));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, tokens[0].GetProperty("loss").ValueKind);
        for (var i = 1; i < tokens.Count; i++)
        {
            Assert.Equal(reading.Loss[i]!.Value, tokens[i].GetProperty("loss").GetSingle(), 1e-5f);
            Assert.Equal(reading.LossWithout![i]!.Value, tokens[i].GetProperty("lossWithout").GetSingle(), 1e-5f);
            Assert.Equal(reading.Features[i].Select(static f => f.Feature), tokens[i].GetProperty("features").EnumerateArray().Select(static f => f.GetProperty("feature").GetInt32()));
        }
    }

    [Fact]
    public async Task Page_WithTokenAndNeuronsBeside_ShowsBothPanels()
    {
        var page = await site.Page("/A/1/text?q=ACGT+text&token=2&with=neurons");

        Assert.NotNull(page.QuerySelector("#panel-A-1"));
        Assert.NotNull(page.QuerySelector("#panel-A-neurons"));
        Assert.Contains("Unexplained", page.QuerySelector("section:has(#panel-A-1)")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_Empty_OffersExampleTextsThatOpen()
    {
        var page = await site.Page("/A/1/text");
        var examples = page.QuerySelectorAll(".example-texts a");

        Assert.Equal(25, examples.Length);
        var opened = await site.Page(examples[0].GetAttribute("href")!);
        Assert.NotEmpty(opened.QuerySelectorAll(".pieces [role=button]"));
    }

    [Fact]
    public async Task Page_TwoTexts_ListsFeaturesOfBothAndOfNoContrast()
    {
        var page = await site.Page("/A/1/text?q=ACGTACGT&q2=GGCATTA&contrast=the+river");
        var models = site.Service<LiveModels>();
        HashSet<int> Active(string text) => [.. models.Read(site.Dictionary, text).Features.Skip(1).SelectMany(static f => f).Select(static f => f.Feature)];
        var expected = Active("ACGTACGT").Intersect(Active("GGCATTA")).Except(Active("the river")).ToList();

        var found = page.QuerySelectorAll("section:has(#common-title) tbody th a").Select(static a => int.Parse(a.TextContent, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Math.Min(20, expected.Count), found.Count);
        Assert.Subset(expected.ToHashSet(), found.ToHashSet());
    }

    [Theory]
    [InlineData("q=a&feature=48", "from 0 to 47")]
    [InlineData("q=a&with=9", "with is")]
    [InlineData("q=a&tokens=0", "tokens is")]
    public async Task Page_WhatItDoesNotTake_IsRefused(string query, string says) =>
        Assert.Contains(says, (await site.Page($"/A/1/text?{query}", HttpStatusCode.BadRequest)).QuerySelector("main")!.TextContent, StringComparison.Ordinal);

    [Fact]
    public async Task Page_OfNeurons_ReadsAText()
    {
        var neurons = site.Service<FeatureStore>().NeuronsOf("A")!;
        Assert.NotEmpty((await site.Page("/A/neurons/text?q=ACGT")).QuerySelectorAll(".pieces [role=button]"));
        Assert.Contains(site.Service<LiveModels>().Read(neurons, "ACGT").Features[1], static f => f.Activation > 0);
    }
}
