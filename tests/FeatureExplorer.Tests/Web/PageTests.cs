using System.Globalization;
using System.Net;
using AngleSharp.Dom;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Analysis;
using FeatureExplorer.Tests.Storage;

namespace FeatureExplorer.Tests.Web;

[Collection(SampleSiteTests.Name)]
public sealed class PageTests(SampleSite site)
{
    [Fact]
    public async Task Promoting_FeatureThatNeverFires_IsMarked()
    {
        var page = await site.Page("/A/1/logits?q=x");
        var marked = page.QuerySelectorAll("section[aria-labelledby=promote-title] tbody tr").ToDictionary(static row => row.QuerySelector("th a")!.TextContent, static row => row.QuerySelector(".badge.dead") is not null);
        Assert.Equal(site.Reports.ToDictionary(static r => r.Index.ToString(CultureInfo.InvariantCulture), static r => r.State == FeatureExplorer.Analysis.Statistics.FeatureState.Dead), marked);
        Assert.True(marked[SmallAnalysis.Dead.ToString(CultureInfo.InvariantCulture)]);
        using var json = System.Text.Json.JsonDocument.Parse(await site.Client.GetStringAsync(new Uri("/api/v1/A/1/logits?q=x", UriKind.Relative)));
        Assert.Equal("dead", json.RootElement.GetProperty("promoted").EnumerateArray().Single(static f => f.GetProperty("feature").GetString() == $"A/1/{SmallAnalysis.Dead}").GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/about")]
    [InlineData("/A/1")]
    [InlineData("/A/1?sort=max&order=desc&page=1&state=live&context=cyrillic")]
    [InlineData("/A/1/0")]
    [InlineData("/A/neurons/7")]
    [InlineData("/compare")]
    [InlineData("/compare?left=A/1/4&right=A/neurons/7")]
    [InlineData("/A/1/1")]
    [InlineData("/A/1/4?context=cyrillic&x=log&y=log")]
    [InlineData("/B/1?page=3")]
    [InlineData("/B/1/3")]
    public async Task Page_ThatExists_HasOneHeadingAndLandmarks(string url)
    {
        var page = await site.Page(url);
        Assert.Single(page.QuerySelectorAll("h1"));
        Assert.Single(page.QuerySelectorAll("main"));
        Assert.NotEmpty(page.QuerySelectorAll("header nav"));
        Assert.EndsWith("FeatureExplorer", page.Title, StringComparison.Ordinal);
        Assert.Equal("en", page.DocumentElement.GetAttribute("lang"));
        Assert.All(page.QuerySelectorAll("svg"), svg => Assert.True(svg.HasAttribute("aria-label") || svg.GetAttribute("aria-hidden") == "true", svg.OuterHtml));
        Assert.All(page.QuerySelectorAll("select, input:not([type=hidden])"), field => Assert.True(
            field.HasAttribute("aria-label") || field.ParentElement!.LocalName == "label" || page.QuerySelector($"label[for='{field.Id}']") is not null, field.OuterHtml));
        Assert.Empty(page.QuerySelectorAll("[style], style, script:not([src])"));
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/A/9", "no dictionary A/9")]
    [InlineData("/A/9/0", "no dictionary A/9")]
    [InlineData("/A/1/24", "features 0 to 23")]
    [InlineData("/A/1/x")]
    [InlineData("/A/1/-1")]
    [InlineData("/A/1/0/more")]
    public async Task Page_ThatDoesNotExist_Answers404AndHelps(string url, string? says = null)
    {
        using var answer = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("All dictionaries", text, StringComparison.Ordinal);
        Assert.Contains(says ?? "Not found", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Home_Dictionaries_ShowsQualityAndBestDetectors()
    {
        var page = await site.Page("/");
        Assert.Contains("0.834", page.QuerySelector(".tiles")!.TextContent, StringComparison.Ordinal);
        Assert.NotNull(page.QuerySelector("a[href='/A/1']"));
        var best = site.Dictionary.ContextSummaries.Single(s => s.Context.Name == "cyrillic").Feature!;
        Assert.Equal(SmallAnalysis.Cyrillic, best.Index);
        Assert.Equal(best.Index.ToString(CultureInfo.InvariantCulture), page.QuerySelector("a[href='/A/1/4?context=cyrillic']")!.TextContent);
        Assert.Null(page.QuerySelector("meta[http-equiv=refresh]"));
    }

    [Fact]
    public async Task Home_WhileARunGoesOn_ShowsItsProgressAndUpdatesInPlace()
    {
        var runs = site.Service<RunStore>();
        var run = runs.Add("demo", "{}");
        runs.Move(run.Id, RunMove.Start);
        runs.Report(run.Id, "Training <the> transformer", 0.25, "loss 4.1");
        try
        {
            var page = await site.Page("/");
            // Only readers without script load the page again.
            Assert.All(page.QuerySelectorAll("meta[http-equiv=refresh]"), static meta => Assert.Equal("noscript", meta.ParentElement!.LocalName));
            Assert.NotNull(page.QuerySelector("[data-live=runs][data-every]"));
            Assert.Equal($"/runs/{run.Id}", page.QuerySelector(".run h2 a")!.GetAttribute("href"));
            Assert.Equal("25", page.QuerySelector("progress")!.GetAttribute("value"));
            Assert.Contains("Training <the> transformer", page.QuerySelector(".run")!.TextContent, StringComparison.Ordinal);
        }
        finally
        {
            runs.Move(run.Id, RunMove.Finish);
        }
    }

    [Fact]
    public async Task List_Sorted_RowsComeInThatOrder()
    {
        var page = await site.Page("/A/1?sort=density&order=desc");
        var expected = site.Reports.OrderByDescending(r => r.Density).ThenByDescending(r => r.Index).Select(r => r.Index);
        Assert.Equal(expected, Rows(page));
        Assert.Equal("descending", page.QuerySelector("th[aria-sort]")!.GetAttribute("aria-sort"));
    }

    [Fact]
    public async Task List_Filtered_KeepsTheChoiceInFormAndLinks()
    {
        var page = await site.Page("/B/1?q=GaC&sort=max&order=desc&context=dna");
        Assert.Equal("GaC", page.QuerySelector("main input[name=q]")!.GetAttribute("value"));
        Assert.Equal("dna", page.QuerySelector("select[name=context] option[selected]")!.GetAttribute("value"));
        Assert.Contains("of 22 features", page.QuerySelector(".found")!.TextContent, StringComparison.Ordinal);
        var heading = page.QuerySelectorAll("thead a").First(a => a.TextContent.StartsWith("Density", StringComparison.Ordinal));
        Assert.Equal("/B/1?sort=density&order=desc&q=GaC&context=dna", heading.GetAttribute("href"));
    }

    [Fact]
    public async Task List_Pages_LeadToAllFeatures()
    {
        var url = "/B/1";
        var seen = new List<int>();
        while (url is not null)
        {
            var page = await site.Page(url);
            seen.AddRange(Rows(page));
            url = page.QuerySelector(".pager a[rel=next]")?.GetAttribute("href");
        }

        Assert.Equal(Enumerable.Range(0, SampleSite.MadeUpFeatures), seen);
    }

    [Fact]
    public async Task List_NothingMatches_SaysSo()
    {
        var page = await site.Page("/A/1?q=no+such+text");
        Assert.Contains("No feature matches", page.QuerySelector("[role=status]")!.TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "a")]
    [InlineData(SmallAnalysis.Cyrillic, "cyrillic")]
    public async Task Feature_Coloured_NumbersAddUpToTheActivations(int index, string context)
    {
        context = context == "a" ? site.Dictionary.Contexts[0].Name : context;
        var page = await site.Page($"/A/1/{index}?context={context}");
        var rows = page.QuerySelectorAll(".numbers tbody tr");
        var report = site.Reports[index];
        Assert.Equal(report.Histogram.Counts, rows.Select(r => Number(r.QuerySelectorAll("td")[0])));
        Assert.Equal(report.Histogram.Counts, rows.Select(r => r.QuerySelectorAll("td").Skip(1).Sum(Number)));
        Assert.Equal(2, page.QuerySelectorAll("#histogram svg.chart").Length);
        Assert.Equal(LlrBins.Count, page.QuerySelectorAll(".legend li").Length);
        Assert.Equal(context, page.QuerySelector("#context option[selected]")!.GetAttribute("value"));
    }

    [Fact]
    public async Task Feature_LogarithmicActivation_UsesTheLogarithmicBins()
    {
        var page = await site.Page("/A/1/4?x=log");
        Assert.Equal(site.Reports[4].LogHistogram.Counts, page.QuerySelectorAll(".numbers tbody tr").Select(r => Number(r.QuerySelectorAll("td")[0])));
    }

    [Fact]
    public async Task Feature_WithoutIndex_ShowsThePlainHistogramAndWhy()
    {
        var page = await site.Page("/B/1/2");
        Assert.Single(page.QuerySelectorAll("#histogram svg.chart path.plain"));
        Assert.Contains("no activation index", page.QuerySelector("#histogram .note")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feature_Examples_MarkTheCentreTokenAndEveryActivation()
    {
        var page = await site.Page("/B/1/5");
        var report = SampleReports.Report(5);
        var strips = page.QuerySelectorAll("#top .strip");
        Assert.Equal(report.Top.Count, strips.Length);
        var centre = strips[0].QuerySelector(".centre")!;
        Assert.Equal(SampleVocabulary.Text([report.Top[0].Tokens[8]]), centre.TextContent.Replace('⏎', '\n'));
        Assert.Equal("a9", centre.QuerySelector("span")!.ClassList[0]);
        Assert.Equal(report.Top[0].Activations.Count(a => a > 0), strips[0].QuerySelectorAll("[title]").Length);
    }

    [Fact]
    public async Task Feature_CharacterSplitOverTokens_IsShownWhole()
    {
        var page = await site.Page("/B/1/0");
        var centres = page.QuerySelectorAll("#top .centre").Select(c => c.TextContent).ToList();
        Assert.Equal("ش", centres[1]);
        Assert.Equal("rtl", page.QuerySelector("#top .strip .line")!.GetAttribute("dir"));
    }

    [Fact]
    public async Task Feature_MarkupInTheCorpus_IsShownAsText()
    {
        var page = await site.Page("/B/1/4");
        Assert.Contains(" <script>", page.QuerySelector("#examples-title")!.ParentElement!.ParentElement!.TextContent, StringComparison.Ordinal);
        Assert.Contains("&amp;", page.Body!.TextContent, StringComparison.Ordinal);
        Assert.All(page.QuerySelectorAll("script"), s => Assert.StartsWith("js/", s.GetAttribute("src"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Feature_Neighbours_AreLinkedUpToTheEnds()
    {
        Assert.Null((await site.Page("/A/1/0")).QuerySelector("a[rel=prev]"));
        Assert.Equal("/A/1/1", (await site.Page("/A/1/0")).QuerySelector("a[rel=next]")!.GetAttribute("href"));
        Assert.Null((await site.Page("/A/1/23")).QuerySelector("a[rel=next]"));
    }

    [Fact]
    public async Task Feature_Dead_IsNamedAndHasNoExamples()
    {
        var page = await site.Page($"/A/1/{SmallAnalysis.Dead}");
        Assert.Equal(["generated", "dead"], page.QuerySelectorAll("h1 .badge").Select(b => b.TextContent));
        Assert.Equal("Dead: never fires", page.QuerySelector("h1 bdi")!.TextContent);
        Assert.Empty(page.QuerySelectorAll(".strip, #histogram"));
        Assert.NotEmpty(page.QuerySelectorAll(".logits tbody tr"));
    }

    [Fact]
    public async Task Feature_Page_IsSmall()
    {
        var html = await site.Client.GetStringAsync(new Uri("/A/1/0", UriKind.Relative));
        Assert.InRange(html.Length, 1_000, 200_000);
    }

    [Fact]
    public async Task Links_OnEveryKindOfPage_LeadSomewhere()
    {
        var links = new HashSet<string>();
        foreach (var url in (string[])["/", "/about", "/A/1", "/A/1/4", "/B/1?page=2"])
        {
            var page = await site.Page(url);
            links.UnionWith(page.QuerySelectorAll("a[href], link[href], script[src]").Select(a => a.GetAttribute("href") ?? a.GetAttribute("src")!));
        }

        foreach (var link in links.Select(l => l.Split('#')[0]).Where(l => l.Length > 0).Distinct())
        {
            using var answer = await site.Client.GetAsync(new Uri("/" + link.TrimStart('/'), UriKind.Relative));
            Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Redirect, $"{link}: {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task Definitions_EveryLinkToOne_HasItsAnchor()
    {
        var about = await site.Page("/about");
        foreach (var url in (string[])["/", "/A/1", "/A/1/1", "/A/1/4", "/B/1/5"])
        {
            foreach (var anchor in (await site.Page(url)).QuerySelectorAll("a[href^='/about#']").Select(a => a.GetAttribute("href")!.Split('#')[1]))
            {
                Assert.True(about.GetElementById(anchor) is not null, $"{url} links to the definition of {anchor}, which does not exist.");
            }
        }
    }

    private static IEnumerable<int> Rows(IDocument page) =>
        page.QuerySelectorAll("table.features tbody th a").Select(a => int.Parse(a.TextContent, CultureInfo.InvariantCulture));

    private static long Number(IElement cell) => cell.TextContent.Length == 0 ? 0 : long.Parse(cell.TextContent, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
}
