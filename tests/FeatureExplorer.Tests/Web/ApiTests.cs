using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace FeatureExplorer.Tests.Web;

[Collection(SampleSiteTests.Name)]
public sealed class ApiTests(SampleSite site)
{
    [Fact]
    public async Task Root_ListsDictionariesWithTheirQuality()
    {
        var root = await Json("/api/v1");
        var a = root.GetProperty("dictionaries").EnumerateArray().Single(d => d.GetProperty("name").GetString() == "A/1");
        Assert.Equal(24, a.GetProperty("features").GetInt32());
        Assert.Equal(11.62, a.GetProperty("l0").GetDouble());
        foreach (var name in (string[])["explainedVariance", "lossRecovered", "dead", "ultralow", "samplesPerSecond", "index", "contexts"])
        {
            Assert.True(a.TryGetProperty(name, out _), name);
        }

        var cyrillic = a.GetProperty("contexts").EnumerateArray().Single(c => c.GetProperty("name").GetString() == "cyrillic");
        Assert.Equal(4, cyrillic.GetProperty("feature").GetInt32());
        Assert.True(root.GetProperty("models")[0].TryGetProperty("heldOutLoss", out _));
    }

    [Fact]
    public async Task Root_NamesTheTokensOfEachFigure()
    {
        var a = (await Json("/api/v1")).GetProperty("dictionaries").EnumerateArray().Single(d => d.GetProperty("name").GetString() == "A/1");
        var (evaluation, density) = (a.GetProperty("evaluation"), a.GetProperty("density"));
        Assert.Equal(site.Dictionary.Metrics.Tokens, evaluation.GetProperty("tokens").GetInt64());
        Assert.Equal(a.GetProperty("explainedVariance").GetDouble(), evaluation.GetProperty("explainedVariance").GetProperty("pooled").GetDouble());
        // Sample metrics are as those of earlier programs: two of the three forms were not measured.
        Assert.Equal(JsonValueKind.Null, evaluation.GetProperty("explainedVariance").GetProperty("byToken").ValueKind);
        Assert.Equal(site.Dictionary.Provenance.Tokens, density.GetProperty("tokens").GetInt64());
        Assert.Equal(1.0 / site.Dictionary.Provenance.Tokens, density.GetProperty("resolution").GetDouble());
        Assert.Equal(JsonValueKind.Null, density.GetProperty("belowPaperLimit").ValueKind);
        Assert.Equal("every held-out token", a.GetProperty("provenance").GetProperty("mask").GetString());
        var card = (await site.Page("/")).QuerySelector("#dictionary-A-1")!.ParentElement!.ParentElement!.TextContent;
        Assert.Contains("on 262,144 tokens", card, StringComparison.Ordinal);
        Assert.Contains(site.Dictionary.Provenance.Counted, card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task About_DefinesTheActivationOfEveryRecipe()
    {
        var text = (await site.Page("/about")).QuerySelector("#activation + dd")!.TextContent;
        Assert.All(FeatureExplorer.Engine.Dictionaries.DictionaryVariants.All, variant => Assert.Contains(variant, text, StringComparison.Ordinal));
        Assert.Contains("fires where f > 0", text, StringComparison.Ordinal);
        Assert.Contains(FeatureExplorer.Web.Features.ActivationDefinition.Of("topk"), text, StringComparison.Ordinal);
        Assert.Contains(FeatureExplorer.Web.Features.ActivationDefinition.Of("paper-2023"), (await site.Page("/A/1/4")).QuerySelector(".provenance")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_TakesTheSameQueryAsThePage()
    {
        var list = await Json("/api/v1/B/1?sort=density&order=desc&context=dna&page=1");
        var indices = list.GetProperty("features").EnumerateArray().Select(f => f.GetProperty("index").GetInt32()).ToList();
        var page = await site.Page("/B/1?sort=density&order=desc&context=dna&page=1");
        Assert.Equal(page.QuerySelectorAll("table.features tbody th a").Select(a => a.TextContent), indices.Select(i => $"{i}"));
        Assert.Equal(indices.Count, Math.Min(50, list.GetProperty("total").GetInt32()));
    }

    [Fact]
    public async Task Feature_HasEverythingThatItsPageShows()
    {
        var feature = await Json("/api/v1/A/1/4");
        var report = site.Reports[4];
        Assert.Equal("A/1/4", feature.GetProperty("id").GetString());
        Assert.Equal(report.Density, feature.GetProperty("density").GetDouble());
        Assert.Equal(report.Max, feature.GetProperty("max").GetSingle());
        Assert.Equal(41, feature.GetProperty("histogram").GetProperty("edges").GetArrayLength());
        Assert.Equal(report.Activations, feature.GetProperty("histogram").GetProperty("counts").EnumerateArray().Sum(c => c.GetInt64()));
        var intervals = feature.GetProperty("intervals").EnumerateArray().ToList();
        Assert.Equal(11, intervals.Count);
        Assert.Equal(report.Activations, intervals.Sum(i => i.GetProperty("count").GetInt64()));
        Assert.All(intervals, i => Assert.True(i.GetProperty("low").GetSingle() < i.GetProperty("high").GetSingle()));
        var top = feature.GetProperty("top")[0];
        Assert.Equal(top.GetProperty("tokens").GetArrayLength(), top.GetProperty("activations").GetArrayLength());
        Assert.Equal(report.Top[0].Activation, top.GetProperty("activations")[top.GetProperty("centre").GetInt32()].GetSingle());
        Assert.Equal(report.Logits.Top.Count, feature.GetProperty("logits").GetProperty("top").GetArrayLength());
        Assert.Equal(report.Logits.Bottom.Count, feature.GetProperty("logits").GetProperty("bottom").GetArrayLength());
        Assert.Equal("cyrillic", feature.GetProperty("bestContext").GetProperty("context").GetString());
        Assert.Equal(report.Contexts.Count, feature.GetProperty("contexts").GetArrayLength());
    }

    [Fact]
    public async Task Feature_Dead_HasEmptyListsAndNoBestContext()
    {
        var feature = await Json("/api/v1/B/1/3");
        Assert.Equal("dead", feature.GetProperty("state").GetString());
        Assert.Equal(0, feature.GetProperty("top").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, feature.GetProperty("bestContext").ValueKind);
    }

    [Theory]
    [InlineData("/api/v1")]
    [InlineData("/api/v1/A/1?page=1")]
    [InlineData("/api/v1/A/1/4")]
    [InlineData("/A/1/4/histogram.svg?context=cyrillic")]
    public async Task Answer_AskedForAgain_IsNotSentAgain(string url)
    {
        using var first = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
        var tag = first.Headers.ETag!;
        Assert.False(tag.IsWeak);
        Assert.True(first.Headers.CacheControl!.MustRevalidate);
        using var again = await Ask(url, tag);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Empty(await again.Content.ReadAsByteArrayAsync());
        using var other = await Ask(url, new EntityTagHeaderValue("\"other\""));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Theory]
    [InlineData("/api/v1/A/9")]
    [InlineData("/api/v1/A/9/0")]
    [InlineData("/api/v1/A/1/24")]
    [InlineData("/api/v1/nothing/at/all/here")]
    [InlineData("/B/1/3/histogram.svg")]
    [InlineData("/B/1/999/histogram.svg")]
    public async Task Answer_ToNothing_Is404AsProblem(string url)
    {
        using var answer = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Picture_IsASelfContainedImage()
    {
        using var answer = await site.Client.GetAsync(new Uri("/A/1/4/histogram.svg", UriKind.Relative));
        Assert.Equal("image/svg+xml", answer.Content.Headers.ContentType!.MediaType);
        var image = System.Xml.Linq.XDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal("svg", image.Root!.Name.LocalName);
        Assert.Contains(image.Descendants(), e => e.Name.LocalName == "path" && ((string?)e.Attribute("fill"))?.StartsWith('#') == true);
    }

    private async Task<JsonElement> Json(string url)
    {
        using var answer = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    private Task<HttpResponseMessage> Ask(string url, EntityTagHeaderValue tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.IfNoneMatch.Add(tag);
        return site.Client.SendAsync(request);
    }
}
