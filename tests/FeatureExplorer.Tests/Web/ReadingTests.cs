using System.Net;
using System.Text.Json;
using FeatureExplorer.Analysis.Verdicts;
using FeatureExplorer.Storage.Labels;
using FeatureExplorer.Web.Features;
using Microsoft.Playwright;

namespace FeatureExplorer.Tests.Web;

/// <summary>Names, evidence, lists and the way between them, over HTTP and in Chromium.</summary>
[Collection(SampleSiteTests.Name)]
public sealed class ReadingTests(SampleSite site, Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData("A/1", 4)]
    [InlineData("B/1", 3)]
    [InlineData("B/1", 8)]
    public async Task Name_OfAFeature_IsTheSameEverywhere(string dictionary, int index)
    {
        var json = await Json($"/api/v1/{dictionary}/{index}");
        var name = json.GetProperty("name").GetString()!;
        Assert.Equal("generated", json.GetProperty("nameSource").GetString());
        var page = await site.Page($"/{dictionary}/{index}");
        Assert.Equal(name, page.QuerySelector("h1 bdi")!.TextContent);
        Assert.Equal($"{name} · {dictionary}/{index} · FeatureExplorer", page.Title);
        var list = await site.Page($"/{dictionary}");
        Assert.Equal(name, list.QuerySelectorAll("table.features tbody th").Single(th => th.QuerySelector("a")!.TextContent == $"{index}").QuerySelector(".given")!.TextContent);
        var row = (await Json($"/api/v1/{dictionary}")).GetProperty("features").EnumerateArray().Single(f => f.GetProperty("index").GetInt32() == index);
        Assert.Equal(name, row.GetProperty("name").GetString());
        Assert.Equal(name, (await site.Page($"/embed/{dictionary}/{index}")).QuerySelector("h1 a")!.TextContent);
        Assert.Contains(name, (await site.Page($"/compare?left={dictionary}/{index}&right=A/neurons/7")).QuerySelector("main")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Name_WithALabel_IsTheLabelAndNotGenerated()
    {
        var labels = site.Service<LabelStore>();
        labels.Save(site.Dictionary, 9, "Nine lives", string.Empty, "ada");
        var page = await site.Page("/A/1/9");
        Assert.Equal("Nine lives", page.QuerySelector("h1 bdi")!.TextContent);
        Assert.Null(page.QuerySelector(".badge.generated"));
        Assert.Equal("label", (await Json("/api/v1/A/1/9")).GetProperty("nameSource").GetString());
        Assert.Equal("9", (await site.Page("/search?q=nine+LIVES")).QuerySelector("table.features tbody th a")!.TextContent);
        labels.Save(site.Dictionary, 9, string.Empty, string.Empty, "ada");
        Assert.NotNull((await site.Page("/A/1/9")).QuerySelector(".badge.generated"));
    }

    [Fact]
    public async Task Evidence_EveryClaim_HasAVerdictAndItsRuleBesideIt()
    {
        var claims = (await site.Page("/A/1/4")).QuerySelectorAll("ol.evidence > li");
        var about = await site.Page("/about");
        Assert.Equal(5, claims.Length);
        foreach (var (claim, item) in Enum.GetValues<EvidenceClaim>().Zip(claims))
        {
            Assert.NotNull(item.QuerySelector(".verdict"));
            var rule = item.QuerySelector("a.rule")!;
            Assert.Equal(EvidenceRules.Describe(claim), rule.GetAttribute("title"));
            Assert.Equal(EvidenceRules.Describe(claim), about.QuerySelector(rule.GetAttribute("href")!["/about".Length..] + " + dd")!.TextContent);
        }
    }

    [Fact]
    public async Task Page_Order_IsNameEvidenceExamplesHistogramLogits()
    {
        var page = await site.Page("/A/1/4");
        var ids = page.QuerySelectorAll("h1, #evidence, #top, #histogram, #logits-title, #neurons-title, #relatives").Select(e => e.LocalName == "h1" ? "h1" : e.Id);
        Assert.Equal(["h1", "evidence", "top", "histogram", "logits-title", "neurons-title", "relatives"], ids);
        Assert.NotNull(page.QuerySelector("#histogram #written"));
        Assert.NotNull(page.QuerySelector("#histogram #range"));
        Assert.NotNull(page.QuerySelector("#histogram #contexts-title"));
    }

    [Fact]
    public async Task Open_NamedParts_AreOpenAndOthersFolded()
    {
        var folded = await site.Page("/A/1/4");
        Assert.All(folded.QuerySelectorAll("#levels, #relatives"), static d => Assert.False(d.HasAttribute("open")));
        // What is folded is there all the same.
        Assert.NotEmpty(folded.QuerySelectorAll("#levels .strip, #relatives tbody tr"));
        var open = await site.Page("/A/1/4?open=relatives");
        Assert.True(open.QuerySelector("#relatives")!.HasAttribute("open"));
        Assert.False(open.QuerySelector("#levels")!.HasAttribute("open"));
        using var unknown = await site.Client.GetAsync(new Uri("/A/1/4?open=everything", UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
    }

    [Theory]
    [InlineData("/B/1?context=dna")]
    [InlineData("/B/1?q=river&state=live")]
    [InlineData("/B/1?sort=density&order=desc")]
    public async Task List_FollowedByNext_KeepsItsFilterAndOrder(string url)
    {
        var list = await site.Page(url);
        var links = list.QuerySelectorAll("table.features tbody th a").Select(a => a.GetAttribute("href")!).Take(4).ToList();
        Assert.True(links.Count > 2);
        var at = links[0];
        for (var i = 1; i < links.Count; i++)
        {
            var page = await site.Page(at);
            var next = page.QuerySelector("a[rel=next]")!.GetAttribute("href")!;
            Assert.Equal(links[i], next);
            Assert.Equal(url, page.QuerySelector(".crumbs a:nth-of-type(2)")!.GetAttribute("href"));
            Assert.Equal(at, (await site.Page(next)).QuerySelector("a[rel=prev]")!.GetAttribute("href"));
            at = next;
        }
    }

    [Theory]
    [InlineData("/A/1/4?list=sort%3Dno")]
    [InlineData("/A/1/4?list=colour%3Dred")]
    [InlineData("/A/1/4?window=0")]
    [InlineData("/A/1/4?window=101")]
    [InlineData("/A/1/4?lines=crooked")]
    public async Task Address_WithAnotherValue_IsRefused(string url)
    {
        using var answer = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Random_LeadsToALiveFeatureAndIsNotKept()
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            using var answer = await site.Client.GetAsync(new Uri("/B/1/random", UriKind.Relative));
            Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
            Assert.True(answer.Headers.CacheControl!.NoStore);
            var to = answer.Headers.Location!.OriginalString;
            Assert.DoesNotContain(to, (string[])["/B/1/3", "/B/1/5"]);
            seen.Add(to);
        }

        // Of 128 features twenty draws give one and the same with a chance of 128⁻¹⁹.
        Assert.True(seen.Count > 1);
        await site.Page(seen.First());
        using var none = await site.Client.GetAsync(new Uri("/B/9/random", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Theory]
    [InlineData("A/neurons/7", "/A/neurons/7")]
    [InlineData("b/1/100", "/B/1/100")]
    [InlineData("100", "/B/1/100")]
    public async Task Search_ForAnIndexThatOneHas_OpensIt(string text, string url)
    {
        using var answer = await site.Client.GetAsync(new Uri("/search?q=" + Uri.EscapeDataString(text), UriKind.Relative));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(url, new Uri(new Uri(site.Address), answer.Headers.Location!).AbsolutePath);
        Assert.Equal([url], (await Json("/api/v1/search?q=" + Uri.EscapeDataString(text))).GetProperty("named").EnumerateArray().Select(static n => n.GetString()));
    }

    [Theory]
    [InlineData("7")]
    [InlineData("dna")]
    [InlineData("raises: GAC")]
    public async Task Search_AllInTheList_ShowsTheSameFeatures(string text)
    {
        var page = await site.Page("/search?q=" + Uri.EscapeDataString(text));
        var json = await Json("/api/v1/search?q=" + Uri.EscapeDataString(text));
        foreach (var section in page.QuerySelectorAll("main section"))
        {
            var list = await site.Page(section.QuerySelector(".head > a")!.GetAttribute("href")!);
            var total = json.GetProperty("dictionaries").EnumerateArray().Single(d => d.GetProperty("dictionary").GetString() == section.GetAttribute("aria-label")).GetProperty("total").GetInt32();
            Assert.Contains($"of {total} feature", list.QuerySelector(".found")!.TextContent, StringComparison.Ordinal);
            var found = section.QuerySelectorAll("tbody th a").Select(static a => a.TextContent).ToList();
            Assert.Equal(found, list.QuerySelectorAll("table.features tbody th a").Select(static a => a.TextContent).Take(found.Count));
        }

        if (text == "7")
        {
            Assert.Equal(["A/1/7", "B/1/7", "A/neurons/7"], page.QuerySelectorAll("main > p a.pill").Select(static a => a.TextContent));
        }
    }

    [Fact]
    public async Task Report_Verdicts_AreThoseOfTheApi()
    {
        var rows = (await Json("/api/v1/A/1/report")).GetProperty("rows").EnumerateArray().ToDictionary(static r => r.GetProperty("id").GetString()!, static r => r.GetProperty("verdict").GetString());
        var page = await site.Page("/A/1/report");
        foreach (var row in page.QuerySelectorAll(".claims tbody tr"))
        {
            var shown = row.QuerySelector(".verdict")?.TextContent.Trim()[1..].Trim();
            Assert.Equal(rows[row.Id!]?.Replace("notMeasured", "not measured", StringComparison.Ordinal), shown);
        }
    }

    [Fact]
    public async Task List_Contexts_AreOneEntryForEachThing()
    {
        var page = await site.Page("/A/1");
        var options = page.QuerySelectorAll("select[name=context] option").Select(static o => o.GetAttribute("value")).ToList();
        Assert.Equal(options.Distinct(), options);
        Assert.Equal(FeatureExplorer.Analysis.Contexts.ContextTwins.Entries(site.Dictionary.Contexts).Select(static c => c.Name), options.Skip(1));
    }

    [SkippableFact]
    public async Task Feature_OnADesktop_IsBelow3500Pixels()
    {
        Skip.If(chromium.Browser is null, "Chromium is not installed.");
        var page = await chromium.Browser!.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = 1400, Height = 900 } });
        await page.GotoAsync(site.Address + "/A/1/4");
        Assert.InRange(await page.EvaluateAsync<int>("document.documentElement.scrollHeight"), 1000, 3500);
        Assert.InRange(await page.EvaluateAsync<int>("Math.round(document.querySelector('#top').getBoundingClientRect().top)"), 100, 800);
        Assert.Equal("14px", await page.Locator("#top .strip").First.EvaluateAsync<string>("e => getComputedStyle(e).fontSize"));
    }

    [SkippableFact]
    public async Task Token_Tapped_TellsItsActivationAndExamplesAreCopied()
    {
        Skip.If(chromium.Browser is null, "Chromium is not installed.");
        await using var context = await chromium.Browser!.NewContextAsync(new BrowserNewContextOptions { Permissions = ["clipboard-read", "clipboard-write"] });
        var page = await context.NewPageAsync();
        await page.GotoAsync(site.Address + "/A/1/4");
        var token = page.Locator("#top .line [title]").First;
        await token.ClickAsync();
        await Assertions.Expect(page.Locator("#top .told")).ToContainTextAsync((await token.GetAttributeAsync("title"))!.Split('\n')[0]);
        var first = page.Locator("#top .strip").First;
        var text = new Uri(new Uri(site.Address), await first.Locator("a.read").GetAttributeAsync("href")).Query;
        await first.Locator(".copy-text").ClickAsync();
        await Assertions.Expect(first.Locator(".copy-text")).ToHaveTextAsync("copied");
        Assert.Equal(System.Web.HttpUtility.ParseQueryString(text)["q"], await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
    }

    [Fact]
    public void Listing_WrittenAndRead_IsTheSame()
    {
        foreach (var text in (string[])["context=dna", "q=river%20%26%20stone&state=live", "sort=max&order=desc", "context=regex%3A%5B0-9%5D&rank=recall"])
        {
            Assert.Equal(text, FeatureListing.Read(text)!.Write());
        }

        Assert.Null(FeatureListing.Read(null)!.Write());
        Assert.Null(FeatureListing.Read("rank=recall"));
        Assert.Null(FeatureListing.Read("q=a&q=b"));
    }

    private async Task<JsonElement> Json(string url)
    {
        using var answer = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{url}: {answer.StatusCode}");
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }
}
