using FeatureExplorer.Tests.Web.Exploration;

namespace FeatureExplorer.Tests.Web;

/// <summary>The page of a model that a run has trained.</summary>
public sealed class ModelPageTests(ExplorationSite site) : IClassFixture<ExplorationSite>
{
    [Fact]
    public async Task Page_OfATrainedModel_ShowsWhatItIsAndLeadsToItsDictionaries()
    {
        var page = await site.Page("/A");
        Assert.Equal("Model A", page.QuerySelector("h1")!.TextContent);
        var facts = page.QuerySelectorAll("table.told tr").ToDictionary(static row => row.QuerySelector("th")!.TextContent, static row => row.QuerySelector("td")!.TextContent);
        Assert.Equal("ReLU", facts["Function of the neurons"]);
        Assert.Equal("LayerNorm", facts["Normalisation"]);
        Assert.Equal("learned", facts["Positions"]);
        Assert.Equal("BPE", facts["Tokenizer"]);
        Assert.Contains("held out", facts["Corpus"], StringComparison.Ordinal);
        Assert.Equal("A/1", facts["mlp.post.0"]);
        var row = page.QuerySelector("section[aria-labelledby=dictionaries-title] tbody tr")!;
        Assert.Equal("/A/1", row.QuerySelector("th a")!.GetAttribute("href"));
        foreach (var link in row.QuerySelectorAll("a").Concat(page.QuerySelectorAll("main .links a")))
        {
            using var answer = await site.Client.GetAsync(new Uri(link.GetAttribute("href")!, UriKind.Relative));
            Assert.True(answer.IsSuccessStatusCode, $"{link.GetAttribute("href")}: {answer.StatusCode}");
        }

        Assert.Contains("/A", (await site.Page("/A/1")).QuerySelectorAll(".crumbs a").Select(static a => a.GetAttribute("href")));
    }

    [Fact]
    public async Task Api_OfATrainedModel_HasArchitectureAndDictionaries()
    {
        var json = await site.Json("/api/v1/A");
        Assert.Equal("A", json.GetProperty("model").GetProperty("name").GetString());
        Assert.Equal("relu", json.GetProperty("architecture").GetProperty("neurons").GetString());
        Assert.InRange(json.GetProperty("parameters").GetInt64(), 1000, 10_000_000);
        Assert.Equal("A/1", json.GetProperty("dictionaries")[0].GetProperty("name").GetString());
        Assert.Equal("mlp.post.0", json.GetProperty("dictionaries")[0].GetProperty("site").GetString());
    }
}
