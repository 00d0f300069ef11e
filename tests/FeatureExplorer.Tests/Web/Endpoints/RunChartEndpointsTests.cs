using System.Net;
using System.Text.Json;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Tests.Web.Runs;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Runs;

namespace FeatureExplorer.Tests.Web.Endpoints;

public sealed class RunChartEndpointsTests
{
    private static readonly ExplorerOptions Still = AccountSite.Patient with { Training = new TrainingOptions { Enabled = false } };

    [Fact]
    public async Task Chart_OfARun_HasTheStoredPoints()
    {
        await using var site = await Site();
        using var visitor = site.Visitor();
        var stored = site.Service<RunHistory>().Curves(1).Single(c => c.Name == "A/1");
        var (x, y) = Trace(await Chart(visitor, "/charts/runs/1/l0"), 0);
        Assert.Equal(stored.Points.Select(p => p[0]!.Value), x);
        Assert.Equal(stored.Column(Curves.L0).Select(p => p.Value), y);
        Assert.Equal(stored.Points.Select(p => p[0]!.Value * 256), Trace(await Chart(visitor, "/charts/runs/1/l0?x=tokens"), 0).X);
        var times = Trace(await Chart(visitor, "/charts/runs/1/l0?x=time"), 0).X;
        Assert.Equal([0.5, 1, 1.5], times);
    }

    [Fact]
    public async Task Chart_Smoothed_HasThePointsAndTheSmoothLine()
    {
        await using var site = await Site();
        using var visitor = site.Visitor();
        var chart = await Chart(visitor, "/charts/runs/1/l0?smooth=0.5&log=y,x&hide=A/1");
        Assert.Equal([40, 20, 80], Trace(chart, 0).Y);
        Assert.Equal([40, 30, 55], Trace(chart, 1).Y);
        Assert.Equal("log", chart.GetProperty("layout").GetProperty("xaxis").GetProperty("type").GetString());
        Assert.Equal("log", chart.GetProperty("layout").GetProperty("yaxis").GetProperty("type").GetString());
        Assert.All(chart.GetProperty("data").EnumerateArray(), trace => Assert.Equal("legendonly", trace.GetProperty("visible").GetString()));
    }

    [Fact]
    public async Task Chart_OfHeldOutFigures_EndsWithTheFinalPoint()
    {
        await using var site = await AccountSite.Start(AccountSite.Patient);
        using var visitor = site.Visitor();
        SmallRun.CopyCorpus(site.Folder);
        site.Service<RunQueue>().Add(SmallRun.Configuration, null);
        await RunQueueServiceTests.Until(() => site.Service<RunStore>().Find(1)!.Status is not (RunStatus.Running or RunStatus.Queued));
        var made = site.Service<FeatureExplorer.Storage.Features.FeatureStore>().FindDictionary("A", "1")!;
        var (x, y) = Trace(await Chart(visitor, "/charts/runs/1/loss-recovered"), 0);
        Assert.Equal(SmallRun.Configuration.Dictionaries[0].Options(0).Steps, x[^1]);
        Assert.Equal(made.Metrics.LossRecovered, y[^1], 6);
        var times = Trace(await Chart(visitor, "/charts/runs/1/loss-recovered?x=time"), 0).X;
        Assert.Equal(times.Order(), times);
        Assert.True(times[^1] > 0);
    }

    [Fact]
    public async Task Chart_OfSeveralRuns_HasAColourForEach()
    {
        await using var site = await Site();
        using var visitor = site.Visitor();
        var chart = await Chart(visitor, "/charts/runs/compare/l0?ids=2,1");
        var traces = chart.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(["run 2 · A/1", "run 1 · A/1"], traces.Select(t => t.GetProperty("name").GetString()!));
        Assert.Equal(2, traces.Select(t => t.GetProperty("line").GetProperty("color").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task Chart_ThatIsNone_IsRefused()
    {
        (string Address, HttpStatusCode Status)[] charts =
        [
            ("/charts/runs/1/l0?x=hours", HttpStatusCode.BadRequest),
            ("/charts/runs/1/l0?smooth=1", HttpStatusCode.BadRequest),
            ("/charts/runs/1/l0?smooth=-0.1", HttpStatusCode.BadRequest),
            ("/charts/runs/1/l0?log=z", HttpStatusCode.BadRequest),
            ("/charts/runs/compare/l0?ids=1,x", HttpStatusCode.BadRequest),
            ("/charts/runs/1/speed", HttpStatusCode.NotFound),
            ("/charts/runs/99/l0", HttpStatusCode.NotFound),
            ("/charts/runs/compare/speed?ids=1", HttpStatusCode.NotFound),
        ];
        await using var site = await Site();
        using var visitor = site.Visitor();
        foreach (var (address, status) in charts)
        {
            Assert.Equal((address, status), (address, await visitor.Status(address)));
        }
    }

    [Fact]
    public async Task Remarks_OfARun_AreInItsJsonAndOnItsPage()
    {
        await using var site = await Site();
        using var visitor = site.Visitor();
        site.Service<RunStore>().TryRemark(1, RunRemarks.Of("Widest <b>yet</b>", "wide, seed=3 wide"));
        using var json = JsonDocument.Parse(await visitor.Client.GetStringAsync(new Uri("/api/v1/runs/1", UriKind.Relative)));
        Assert.Equal("Widest <b>yet</b>", json.RootElement.GetProperty("note").GetString());
        Assert.Equal(["wide", "seed=3"], json.RootElement.GetProperty("tags").EnumerateArray().Select(t => t.GetString()!));
        var page = await visitor.Page("/runs/1");
        Assert.Equal("Widest <b>yet</b>", page.QuerySelector(".remarks .text")!.TextContent);
        Assert.Empty(page.QuerySelectorAll(".remarks button"));
        Assert.Contains("seed=3", (await visitor.Page("/runs?q=wide")).QuerySelector(".runs-grid tbody")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("No run matches", (await visitor.Page("/runs?q=narrow")).QuerySelector(".runs-grid tbody")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clone_OfARun_LinksToItUntilItIsDeleted()
    {
        await using var site = await Site();
        using var visitor = site.Visitor();
        var runs = site.Service<RunStore>();
        var clone = runs.Add("custom", RunConfigurationJson.Write(SmallRun.Configuration), clonedFrom: 1).Id;
        var links = (await visitor.Page($"/runs/{clone}")).QuerySelector("main .links")!;
        Assert.Equal("run 1", links.QuerySelector("a[href='/runs/1']")!.TextContent);
        using var json = JsonDocument.Parse(await visitor.Client.GetStringAsync(new Uri($"/api/v1/runs/{clone}", UriKind.Relative)));
        Assert.Equal(1, json.RootElement.GetProperty("clonedFrom").GetInt64());

        runs.Request(1, RunMove.Cancel);
        runs.Delete(1);
        links = (await visitor.Page($"/runs/{clone}")).QuerySelector("main .links")!;
        Assert.Contains("cloned from run 1, which has been deleted", links.TextContent, StringComparison.Ordinal);
        Assert.Null(links.QuerySelector("a[href='/runs/1']"));
        Assert.DoesNotContain("cloned", (await visitor.Page("/runs/2")).QuerySelector("main .links")!.TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zoom=l0~500~100")]
    [InlineData("zoom=l1~100~500")]
    public async Task Run_ZoomThatIsNone_IsRefused(string parameter)
    {
        await using var site = await Site();
        using var visitor = site.Visitor();
        Assert.Equal(HttpStatusCode.BadRequest, await visitor.Status("/runs/1?" + parameter));
        Assert.Equal(HttpStatusCode.OK, await visitor.Status("/runs/1?zoom=l0~100~500"));
    }

    /// <summary>Two runs of the same settings, each with a curve of three points.</summary>
    private static async Task<AccountSite> Site()
    {
        var site = await AccountSite.Start(Still);
        foreach (var id in (long[])[1, 2])
        {
            site.Service<RunStore>().Add("custom", RunConfigurationJson.Write(SmallRun.Configuration));
            site.Service<RunHistory>().Save(id, new RunCurve("A/1", 78, Curves.Kept(Curves.OfDictionary),
            [
                [26, 0.5, 0.4, 40.0, 0.005, 0.001, 0.0, 900.0, 0.5],
                [52, 0.4, 0.3, 20.0, 0.005, 0.001, 1.0, 950.0, 1.0],
                [78, 0.3, 0.2, 80.0, 0.005, 0.001, 2.0, 990.0, 1.5],
            ]));
        }

        return site;
    }

    private static async Task<JsonElement> Chart(Visitor visitor, string address) =>
        JsonDocument.Parse(await visitor.Client.GetStringAsync(new Uri(address, UriKind.Relative))).RootElement;

    private static (double[] X, double[] Y) Trace(JsonElement chart, int trace)
    {
        var found = chart.GetProperty("data")[trace];
        return (Numbers("x"), Numbers("y"));

        double[] Numbers(string name) => [.. found.GetProperty(name).EnumerateArray().Select(v => v.GetDouble())];
    }
}
