using System.Globalization;
using System.Net;
using System.Text.Json;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Tests.Analysis;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Tests.Web;

/// <summary>Neurons, relations, evidence and comparisons as pages and as JSON.</summary>
[Collection(SampleSiteTests.Name)]
public sealed class RelationPageTests(SampleSite site)
{
    [Fact]
    public async Task Neuron_HasTheSamePageAsAFeatureAndListsTheFeaturesOnIt()
    {
        var page = await site.Page("/A/neurons/7");
        Assert.Equal("A/neurons/7", page.QuerySelector(".facts strong")!.TextContent);
        Assert.NotNull(page.QuerySelector("#histogram svg"));
        Assert.NotEmpty(page.QuerySelectorAll("#top .strip"));
        var weights = Enumerable.Range(0, SmallAnalysis.Features).Select(feature => Weight(feature, 7)).ToArray();
        var rows = page.QuerySelectorAll("[aria-labelledby=features-title] tbody tr");
        Assert.Equal(10, rows.Length);
        Assert.Equal("A/1/" + Array.IndexOf(weights, weights.Max()).ToString(CultureInfo.InvariantCulture), rows[0].QuerySelector("th a")!.TextContent);
        Assert.Equal(Show.Percent(weights.Max() / weights.Sum()), rows[0].QuerySelectorAll("td")[1].TextContent);
    }

    [Fact]
    public async Task Neurons_AreLinkedFromHomeAndFeaturesButAreNoDictionary()
    {
        var home = await site.Page("/");
        Assert.NotNull(home.QuerySelector("a[href='/A/neurons']"));
        Assert.DoesNotContain(home.QuerySelectorAll("article.dictionary h3"), h => h.TextContent.Contains("neurons", StringComparison.Ordinal));
        Assert.NotNull((await site.Page("/A/1/4")).QuerySelector("[aria-labelledby=neurons-title] a[href^='/A/neurons/']"));
        Assert.Contains("19 neurons", (await site.Page("/A/neurons")).QuerySelector("h1")!.TextContent, StringComparison.Ordinal);
        // Model B has none.
        Assert.Null((await site.Page("/B/1/4")).QuerySelector("a[href^='/B/neurons/']"));
    }

    [Fact]
    public async Task Evidence_EverythingMeasured_ShowsTheNumbersOfTheApi()
    {
        var card = (await site.Page("/A/1/4")).QuerySelector("#evidence")!;
        var json = await Json("/api/v1/A/1/4/evidence");
        Assert.Equal(5, card.QuerySelectorAll("ol.evidence > li").Length);
        Assert.Equal("cyrillic", json.GetProperty("context").GetString());
        var texts = card.QuerySelectorAll("ol.evidence > li").Select(li => li.TextContent).ToArray();
        Assert.Contains(Show.WholePercent(json.GetProperty("specificity").GetDouble()), texts[0], StringComparison.Ordinal);
        Assert.Contains(Show.Two(json.GetProperty("pearson").GetDouble()), texts[1], StringComparison.Ordinal);
        var (effect, control) = (json.GetProperty("ablationEffect").GetDouble(), json.GetProperty("ablationControl").GetDouble());
        var digits = SignificantDigits.Apart(effect, control);
        Assert.Contains(Show.Signed(effect, digits), texts[2], StringComparison.Ordinal);
        Assert.Contains(Show.Signed(control, digits), texts[2], StringComparison.Ordinal);
        Assert.Contains("A/neurons/" + json.GetProperty("neuron").GetInt32().ToString(CultureInfo.InvariantCulture), texts[3], StringComparison.Ordinal);
        Assert.Contains(Show.WholePercent(json.GetProperty("neuronContext").GetProperty("specificity").GetDouble()), texts[3], StringComparison.Ordinal);
        Assert.Contains(Show.Two(SampleRelations.Counterpart(4)), texts[4], StringComparison.Ordinal);
        Assert.Contains(card.QuerySelectorAll("a"), a => a.GetAttribute("href") == "/compare?left=A/1/4&right=B/1/4");
    }

    [Theory]
    [InlineData("/A/1/4")]
    [InlineData("/A/1/9")]
    [InlineData("/B/1/4")]
    [InlineData("/A/neurons/7")]
    public async Task Evidence_Verdicts_AreTheSameWordsOnPageAndApi(string feature)
    {
        var verdicts = (await Json("/api/v1" + feature + "/evidence")).GetProperty("verdicts").EnumerateArray().ToList();
        var badges = (await site.Page(feature)).QuerySelectorAll("#evidence .verdict");
        Assert.Equal(["specific", "sensitive", "causal", "notANeuron", "universal"], verdicts.Select(v => v.GetProperty("claim").GetString()));
        Assert.Equal(
            verdicts.Select(v => v.GetProperty("verdict").GetString()!.Replace("notMeasured", "not measured", StringComparison.Ordinal)),
            badges.Select(b => b.TextContent.Trim()[1..].Trim()));
        // A sign of its own for each word.
        Assert.All(badges, b => Assert.Contains(b.TextContent.Trim()[0], "✓~✗?"));
        var rules = (await site.Page("/about")).QuerySelectorAll("[id^=verdict-] + dd").Select(d => d.TextContent);
        Assert.Equal(verdicts.Select(v => v.GetProperty("rule").GetString()), rules);
    }

    [Fact]
    public async Task Evidence_NothingMeasured_SaysSoPlainly()
    {
        var card = (await site.Page("/B/1/4")).QuerySelector("#evidence")!.TextContent;
        Assert.Contains("Not compared with another model", card, StringComparison.Ordinal);
        Assert.Equal(2, card.Split("Not measured yet: a run ends with it, and so does relate").Length - 1);
    }

    [Fact]
    public async Task Relatives_AreTheSameOnPageAndApi()
    {
        var page = await site.Page("/A/1/4");
        var json = await Json("/api/v1/A/1/4/relations");
        Assert.Equal(["A/1", "A/neurons", "B/1"], json.EnumerateArray().Select(r => r.GetProperty("dictionary").GetString()));
        foreach (var related in json.EnumerateArray())
        {
            var id = related.GetProperty("dictionary").GetString()!;
            var links = page.QuerySelectorAll($"[aria-labelledby='relatives-{id.Replace('/', '-')}'] tbody th a").Select(a => a.GetAttribute("href"));
            Assert.Equal(related.GetProperty("byActivation").EnumerateArray().Select(m => "/" + m.GetProperty("id").GetString()), links);
        }

        var counterpart = json[2].GetProperty("byActivation")[0];
        Assert.Equal(SampleRelations.Counterpart(4), counterpart.GetProperty("pearson").GetSingle());
        Assert.Equal(JsonValueKind.Null, counterpart.GetProperty("direction").ValueKind);
    }

    [Fact]
    public async Task Universality_OnTheListOfFeatures_ShowsMedianAndHistogram()
    {
        var json = (await Json("/api/v1/A/1/universality")).EnumerateArray().Single(u => u.GetProperty("dictionary").GetString() == "B/1").GetProperty("result");
        var card = (await site.Page("/A/1")).QuerySelector(".universality")!;
        Assert.Contains(Show.Two(json.GetProperty("median").GetDouble()), card.QuerySelector("figcaption")!.TextContent, StringComparison.Ordinal);
        Assert.Null((await site.Page("/B/1")).QuerySelector(".universality"));
    }

    [Fact]
    public async Task Ablation_Page_ListsTheEffectsOfTheApi()
    {
        var examples = (await Json("/api/v1/A/1/4/ablation")).GetProperty("examples");
        for (var number = 1; number <= examples.GetArrayLength(); number++)
        {
            var tokens = examples[number - 1].GetProperty("tokens").EnumerateArray().ToArray();
            var page = await site.Page($"/A/1/4/ablation?example={number}");
            var rows = page.QuerySelectorAll("table.effects tbody tr");
            Assert.Equal(tokens.Select(t => Show.Signed(t.GetProperty("effect").GetDouble())), rows.Select(r => r.QuerySelectorAll("td")[1].TextContent));
            Assert.Equal(tokens.Select(t => t.GetProperty("promoted").GetArrayLength()), rows.Select(r => r.QuerySelectorAll("td")[2].QuerySelectorAll("bdi").Length));
            Assert.Equal($"{number}", page.QuerySelector("nav.pager a[aria-current=page]")!.TextContent);
        }

        using var none = await site.Client.GetAsync(new Uri("/A/1/4/ablation?example=999", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        using var unmeasured = await site.Client.GetAsync(new Uri("/B/1/4/ablation", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, unmeasured.StatusCode);
    }

    [Fact]
    public async Task Feature_MeasuredExamples_LinkToTheirEffectsAndLeaveThemOutOfThePage()
    {
        var page = await site.Page("/A/1/4");
        var links = page.QuerySelectorAll("#top .strip .about a[href*=ablation]").Select(a => a.GetAttribute("href")).ToArray();
        Assert.Equal("/A/1/4/ablation", links[0]);
        Assert.Equal("/A/1/4/ablation?example=2", links[1]);
        Assert.Contains(page.QuerySelectorAll("#top [data-t]"), t => t.GetAttribute("title")!.Contains("Loss without it", StringComparison.Ordinal));
        Assert.DoesNotContain("promotes", page.QuerySelector("#top")!.InnerHtml, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ablation_Json_HasAnEffectForEveryActiveToken()
    {
        var json = await Json("/api/v1/A/1/4/ablation");
        Assert.Equal(site.Reports[4].Top.Count, json.GetProperty("examples").GetArrayLength());
        Assert.Equal(5, json.GetProperty("examples")[0].GetProperty("tokens")[0].GetProperty("promoted").GetArrayLength());
        using var missing = await site.Client.GetAsync(new Uri("/api/v1/B/1/4/ablation", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task Examples_MeasuredTokens_AreUnderlinedAndSayWhatChanges()
    {
        var json = await Json("/api/v1/A/1/4/ablation");
        var first = json.GetProperty("examples")[0].GetProperty("tokens")[0];
        var titles = (await site.Page("/A/1/4")).QuerySelectorAll("#top .strip:first-child [title]").Select(span => span.GetAttribute("title")!).ToList();
        Assert.Contains(titles, title => title.Contains(Show.Signed(first.GetProperty("effect").GetDouble()) + " nats", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Compare_TwoUnits_ShowsStatisticsAndScatter()
    {
        var json = (await Json("/api/v1/compare?left=A/1/4&right=A/neurons/7&context=cyrillic")).GetProperty("activations");
        var page = await site.Page("/compare?left=A/1/4&right=A/neurons/7&context=cyrillic");
        Assert.Single(page.QuerySelectorAll("h1"));
        Assert.Contains(Show.Two(json.GetProperty("pearson").GetDouble()), page.QuerySelector(".compared")!.TextContent, StringComparison.Ordinal);
        Assert.NotEmpty(page.QuerySelectorAll("svg.scatter path.points"));
        Assert.Equal("cyrillic", page.QuerySelector("select[name=context] option[selected]")!.GetAttribute("value"));
        Assert.Equal(site.Reports[4].Activations, json.GetProperty("left").GetInt64());
    }

    [Theory]
    [InlineData("/compare")]
    [InlineData("/compare?left=A/1/4")]
    [InlineData("/compare?left=A/1/4&right=B/1/3&seed=7&context=")]
    public async Task Compare_WhateverIsAsked_AnswersWithAFormAndWhy(string url)
    {
        var page = await site.Page(url);
        Assert.NotNull(page.QuerySelector("form.filter input[name=left]"));
        Assert.Equal(url.Contains("right=", StringComparison.Ordinal) || url.Contains("left=", StringComparison.Ordinal), page.QuerySelector("[role=alert], [role=status]") is not null);
    }

    private double Weight(int feature, int neuron)
    {
        var row = site.Analysis.Dictionary.DecoderRow(feature).ToArray();
        return Math.Abs(row[neuron]) / Math.Sqrt(row.Sum(w => (double)w * w));
    }

    private async Task<JsonElement> Json(string url)
    {
        using var answer = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }
}
