using System.Net;
using FeatureExplorer.Analysis.Map;
using FeatureExplorer.Analysis.Splitting;
using FeatureExplorer.Storage.Analyses;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Web.Systems;
using Microsoft.Playwright;

namespace FeatureExplorer.Tests.Web.Systems;

/// <summary>The map of the run as the server and Chromium draw it, its chart and its API.</summary>
public sealed partial class SystemsPageTests
{
    [Fact]
    public async Task MapApi_OfTheRun_HasEveryFeatureThatFires()
    {
        var stored = site.Service<MapStore>().Find(site.Dictionary)!;
        Assert.Equal(site.Dictionary.Features - site.Dictionary.Dead, stored.Count);
        var json = await site.Json("/api/v1/A/1/map");
        Assert.Equal(
            stored.OrderBy(static p => p.Order).Select(static p => ($"A/1/{p.Feature}", p.X, p.Y, p.Cluster == Hdbscan.None ? (int?)null : p.Cluster, p.Order)),
            json.GetProperty("points").EnumerateArray().Select(static p => (
                p.GetProperty("feature").GetString()!, p.GetProperty("x").GetSingle(), p.GetProperty("y").GetSingle(),
                p.GetProperty("cluster").ValueKind == System.Text.Json.JsonValueKind.Null ? (int?)null : p.GetProperty("cluster").GetInt32(), p.GetProperty("order").GetInt32())));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?colour=density")]
    [InlineData("?colour=context")]
    [InlineData("?colour=score&q=e")]
    [InlineData("?colour=parent")]
    public async Task MapChart_WhateverItsColours_HasEachFeatureOnceInWebGl(string query)
    {
        var stored = site.Service<MapStore>().Find(site.Dictionary)!;
        var traces = (await site.Json("/charts/A/1/map" + query)).GetProperty("data").EnumerateArray().ToList();
        Assert.All(traces, static t => Assert.Equal("scattergl", t.GetProperty("type").GetString()));
        var points = traces.Where(static t => t.GetProperty("name").GetString() != "marked").SelectMany(static t => t.GetProperty("customdata").EnumerateArray().Select(static u => u.GetString()!));
        Assert.Equal(stored.Select(static p => $"/A/1/{p.Feature}").Order(StringComparer.Ordinal), points.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(new[] { SampleReports.Dead, 4 }, new[] { "active on no token", "features" })]
    [InlineData(new[] { SampleReports.Dead }, new[] { "active on no token" })]
    public async Task MapChart_ByDensityOfFeaturesThatNeverFire_HasThemApart(int[] features, string[] names)
    {
        var dictionary = site.Service<RunWriter>().Publish(SampleReports.Draft(8, $"{20 + features.Length}"), SampleReports.Reports(8), SampleVocabulary.Text);
        site.Service<MapStore>().Save(dictionary, null, [.. features.Select(static feature => new MapPoint(0, feature, feature, 1, Hdbscan.None, feature))]);
        var traces = (await site.Json($"/charts/{dictionary.Id}/map?colour=density")).GetProperty("data").EnumerateArray();
        Assert.Equal(names, traces.Select(static t => t.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task MapChart_ByParent_GivesChildrenOfOneFeatureOneColour()
    {
        var smaller = site.Service<RunWriter>().Publish(SampleReports.Draft(8, "6"), SampleReports.Reports(8), SampleVocabulary.Text);
        var fires = site.Service<MapStore>().Find(site.Dictionary)!.Select(static p => p.Feature).ToList();
        // The strongest edge decides; one below the threshold is none.
        site.Service<SplittingStore>().Save(smaller, site.Dictionary, [
            new SplittingEdge(1, fires[0], 0.9f), new SplittingEdge(1, fires[1], 0.5f), new SplittingEdge(2, fires[1], 0.8f), new SplittingEdge(2, fires[2], 0.7f), new SplittingEdge(1, fires[3], 0.3f)]);
        var traces = (await site.Json("/charts/A/1/map?colour=parent")).GetProperty("data").EnumerateArray().ToDictionary(static t => t.GetProperty("name").GetString()!);
        var split = traces["by parent"];
        Assert.Equal(fires.Take(3).Select(static f => $"/A/1/{f}"), split.GetProperty("customdata").EnumerateArray().Select(static u => u.GetString()));
        var colours = split.GetProperty("marker").GetProperty("color").EnumerateArray().Select(static c => c.GetString()).ToList();
        Assert.Equal(colours[1], colours[2]);
        Assert.NotEqual(colours[0], colours[1]);
        Assert.Contains($"from {smaller.Id}/2 (0.80)", split.GetProperty("text")[1].GetString(), StringComparison.Ordinal);
        Assert.Equal(fires.Count - 3, traces["without a parent"].GetProperty("customdata").GetArrayLength());
    }

    [Fact]
    public async Task Map_WithAnArea_ListsWhatLiesInItInOrder()
    {
        var stored = site.Service<MapStore>().Find(site.Dictionary)!;
        var (left, right) = (stored.Min(static p => p.X), (stored.Min(static p => p.X) + stored.Max(static p => p.X)) / 2);
        var area = MapArea.Of([left - 1, right, right, left - 1], [-1000, -1000, 1000, 1000])!;
        var page = await site.Page($"/A/1/map?area={area}");
        Assert.Equal(
            stored.Where(p => p.X < area.Corners[1].X).OrderBy(static p => p.Order).Take(50).Select(static p => $"/A/1/{p.Feature}"),
            page.QuerySelectorAll("table.ranks th a").Select(static a => a.GetAttribute("href")));
        Assert.Contains($"area={area}", page.QuerySelector("figure.map")!.GetAttribute("data-chart"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Map_OfACluster_ListsItsFeatures()
    {
        var store = site.Service<MapStore>();
        var kept = store.Find(site.Dictionary)!;
        store.Save(site.Dictionary, null, [.. kept.Select(static (p, i) => p with { Cluster = (i % 3) - 1 })]);
        try
        {
            var page = await site.Page("/A/1/map?cluster=1");
            Assert.Equal(kept.Index().Where(static p => p.Index % 3 == 2).OrderBy(static p => p.Item.Order).Take(50).Select(static p => $"/A/1/{p.Item.Feature}"), page.QuerySelectorAll("table.ranks th a").Select(static a => a.GetAttribute("href")));
            Assert.Single((await site.Json("/charts/A/1/map?cluster=1")).GetProperty("data").EnumerateArray(), static t => t.GetProperty("name").GetString() == "marked");
        }
        finally
        {
            store.Save(site.Dictionary, null, kept);
        }
    }

    [Fact]
    public async Task List_OfTheDictionary_LinksToTheMap() =>
        Assert.NotNull((await site.Page("/A/1")).QuerySelector("a[href='/A/1/map']"));

    [Theory]
    [InlineData("/A/1/map?with=A/9", HttpStatusCode.BadRequest)]
    [InlineData("/A/1/map?area=1_2~3_4", HttpStatusCode.BadRequest)]
    [InlineData("/A/1/map?area=1_2~3_4~nowhere", HttpStatusCode.BadRequest)]
    [InlineData("/A/1/map?colour=taste", HttpStatusCode.BadRequest)]
    [InlineData("/A/1/map?zoom=1~0", HttpStatusCode.BadRequest)]
    [InlineData("/A/neurons/map", HttpStatusCode.NotFound)]
    public async Task Map_WhatItDoesNotTake_IsRefused(string url, HttpStatusCode status) => Assert.NotEmpty((await site.Page(url, status)).QuerySelector("h1")!.TextContent);

    [Theory]
    [InlineData("/api/v1/A/1/map?with=A/9", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/A/neurons/map", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/nobody/1/map", HttpStatusCode.NotFound)]
    [InlineData("/charts/A/neurons/map", HttpStatusCode.NotFound)]
    public async Task MapApi_WhatIsNotThere_IsAProblem(string url, HttpStatusCode status) => await site.Json(url, status);

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(3, 1, true)]
    [InlineData(2, 2.5, false)]
    [InlineData(5, 1, false)]
    [InlineData(-1, 3, false)]
    public void AreaContains_OfAnAreaWithANotch_IsWhatLiesInside(double x, double y, bool inside) =>
        Assert.Equal(inside, MapArea.Parse("0_0~4_0~4_4~2_2~0_4")!.Contains(x, y));

    [Fact]
    public void Area_DrawnWithManyCorners_KeepsFewAndReadsBack()
    {
        var angles = Enumerable.Range(0, 1000).Select(static i => 2 * Math.PI * i / 1000).ToList();
        var area = MapArea.Of([.. angles.Select(Math.Cos)], [.. angles.Select(Math.Sin)])!;
        Assert.InRange(area.Corners.Count, 32, MapArea.MostCorners);
        Assert.Equal(area.Corners, MapArea.Parse(area.ToString())!.Corners);
        Assert.Null(MapArea.Of([1, 1, 1], [2, 2, 2]));
    }

    [SkippableFact]
    public async Task Map_DrawnAroundSearchedAndClicked_IsKeptInTheAddress()
    {
        Skip.If(chromium.Browser is null, "Chromium is not installed.");
        var page = await chromium.Browser!.NewPageAsync();
        var complaints = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                complaints.Add(message.Text);
            }
        };
        await page.GotoAsync(site.Address + "/A/1/map");
        await page.Locator("figure.map.live canvas.gl-canvas-context").WaitForAsync(new() { State = WaitForSelectorState.Attached, Timeout = 30_000 });
        var all = site.Service<MapStore>().Find(site.Dictionary)!.Count;
        await Assertions.Expect(page.Locator("p.found")).ToContainTextAsync($"of {all} features");

        // Around the left half of the chart.
        var box = (await page.Locator("figure.map .nsewdrag").First.BoundingBoxAsync())!;
        (float X, float Y)[] line = [(0.01f, 0.01f), (0.5f, 0.01f), (0.5f, 0.99f), (0.01f, 0.99f), (0.01f, 0.02f)];
        await page.Mouse.MoveAsync(box.X + (line[0].X * box.Width), box.Y + (line[0].Y * box.Height));
        await page.Mouse.DownAsync();
        foreach (var (x, y) in line)
        {
            await page.Mouse.MoveAsync(box.X + (x * box.Width), box.Y + (y * box.Height), new() { Steps = 5 });
        }

        await page.Mouse.UpAsync();
        await page.WaitForURLAsync("**area=**");
        var selected = await page.EvaluateAsync<int>("document.querySelector('.js-plotly-plot').data.reduce((n, t) => n + (t.selectedpoints?.length ?? 0), 0)");
        Assert.InRange(selected, 1, all - 1);
        await Assertions.Expect(page.Locator("p.found")).ToContainTextAsync($"of {selected} feature");

        // The same address shows the same.
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("p.found")).ToContainTextAsync($"of {selected} feature");
        await page.Locator("figure.map.live canvas.gl-canvas-context").WaitForAsync(new() { State = WaitForSelectorState.Attached, Timeout = 30_000 });
        Assert.Equal(selected, await page.EvaluateAsync<int>("document.querySelector('.js-plotly-plot').data.reduce((n, t) => n + (t.selectedpoints?.length ?? 0), 0)"));

        await page.Locator("#map-search").PressSequentiallyAsync("e");
        await page.WaitForURLAsync("**q=e**");
        await page.WaitForFunctionAsync("document.querySelector('.js-plotly-plot').data.some(t => t.name === 'marked')");

        var point = await page.EvaluateAsync<double[]>("""
            (() => { const place = document.querySelector('.js-plotly-plot'), { xaxis, yaxis } = place._fullLayout, t = place.data[0];
              return [xaxis.c2p(t.x[0]) + xaxis._offset, yaxis.c2p(t.y[0]) + yaxis._offset]; })()
            """);
        var plot = (await page.Locator("figure.map .main-svg").First.BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(plot.X + (float)point[0], plot.Y + (float)point[1], new() { Steps = 3 });
        await page.Locator(".hoverlayer .hovertext").First.WaitForAsync();
        await page.Mouse.ClickAsync(plot.X + (float)point[0], plot.Y + (float)point[1]);
        await page.WaitForURLAsync(new System.Text.RegularExpressions.Regex("/A/1/[0-9]+$"));
        Assert.Empty(complaints);
    }
}
