using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Storage.Runs;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Web.Operations;
using Microsoft.Playwright;

namespace FeatureExplorer.Tests.Web;

/// <summary>The pages about runs in Chromium.</summary>
public sealed class RunBrowserTests(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime, IDisposable
{
    private readonly List<string> _complaints = [];
    private readonly AccountSite _site = new(AccountSite.Patient with { Training = new TrainingOptions { Enabled = false } });

    public Task InitializeAsync() => _site.InitializeAsync();

    public Task DisposeAsync() => _site.DisposeAsync();

    public void Dispose() => _site.Dispose();

    [SkippableFact]
    public async Task Monitor_Hovered_ShowsTheValueInAllChartsAndKeepsTheViewInItsAddress()
    {
        var page = await Open(null);
        Add(RunStatus.Finished);
        await Go(page, "/runs/1?smooth=0.5");
        var charts = page.Locator("figure.plot-figure.live");
        await Assertions.Expect(charts).ToHaveCountAsync(6);
        var plot = charts.First.Locator(".nsewdrag");
        var box = (await plot.BoundingBoxAsync())!;
        await plot.HoverAsync(new() { Position = new Position { X = 0.95f * box.Width, Y = box.Height / 2 } });
        await Assertions.Expect(charts.First.Locator(".hoverlayer")).ToContainTextAsync("52");
        await Assertions.Expect(charts.First.Locator(".hoverlayer")).ToContainTextAsync("0.45"); // 0.5 · 0.5 + 0.5 · 0.4
        await Assertions.Expect(charts.Nth(1).Locator(".hoverlayer")).ToContainTextAsync("30"); // 0.5 · 40 + 0.5 · 20

        await page.GetByLabel("log y").CheckAsync();
        await page.WaitForURLAsync("**/runs/1?smooth=0.5&log=y");
        await page.GetByRole(AriaRole.Slider, new() { Name = "Smoothing" }).FillAsync("0");
        await page.WaitForURLAsync("**/runs/1?log=y");

        // A point that comes while the page is open.
        Save([26, 0.5, 0.4, 40.0, 0.005, 0.001, 0.0, 900.0, 0.5], [52, 0.4, 0.3, 20.0, 0.005, 0.001, 1.0, 950.0, 1.0], [78, 0.3, 0.2, 80.0, 0.005, 0.001, 2.0, 990.0, 1.5]);
        _site.Service<FeatureExplorer.Web.Runs.RunFeed>().Refresh(1);
        await Assertions.Expect(page.Locator("#run-1-l0 .scatterlayer .point")).ToHaveCountAsync(3);
        Assert.Empty(_complaints);
    }

    // Training reports every 26 steps, held-out figures come in between, and rarely: every place in a chart shows the nearest of each, and all charts have one line.
    [SkippableTheory]
    [InlineData("/runs/1")]
    [InlineData("/runs/1?log=x")]
    [InlineData("/runs/compare?ids=1,2&log=y")]
    public async Task Charts_HoveredAnywhere_ShowValuesAndOneCrosshair(string url)
    {
        var page = await Open(null);
        Add(RunStatus.Finished);
        Add(RunStatus.Finished);
        Save([.. Enumerable.Range(1, 40).Select(i => Point(26 * i))]);
        _site.Service<RunHistory>().Save(1, new RunCurve(Curves.HeldOut("A/1"), 1040, Curves.OfHeldOut, [HeldOut(30), HeldOut(700), HeldOut(1030)]));
        await Go(page, url);
        var charts = page.Locator("figure.plot-figure.live");
        await Assertions.Expect(charts).ToHaveCountAsync(8);
        var (dense, sparse) = (charts.Filter(new() { HasText = "Dead features" }), charts.Filter(new() { HasText = "Explained variance" }));
        foreach (var (over, other) in new[] { (dense, sparse), (sparse, dense) })
        {
            await over.ScrollIntoViewIfNeededAsync();
            var box = (await over.Locator(".nsewdrag").BoundingBoxAsync())!;
            foreach (var share in (float[])[0.07f, 0.31f, 0.5f, 0.72f, 0.93f])
            {
                await page.Mouse.MoveAsync(box.X + (share * box.Width), box.Y + (box.Height * share));
                foreach (var chart in new[] { over, other })
                {
                    await Assertions.Expect(chart.Locator(".hoverlayer .legendtext")).Not.ToHaveCountAsync(0);
                    await Assertions.Expect(chart.Locator(".hoverlayer .spikeline")).Not.ToHaveCountAsync(0);
                }

                // The other chart follows within a moment.
                var (here, there) = (await LineAt(over), await LineAt(other));
                for (var tries = 0; Math.Abs(here - there) > 0.01 * Math.Abs(here) && tries < 40; tries++)
                {
                    // As a hand does, the pointer moves on a little.
                    await page.Mouse.MoveAsync(box.X + (share * box.Width) + (tries % 2), box.Y + (box.Height * share));
                    await page.WaitForTimeoutAsync(50);
                    (here, there) = (await LineAt(over), await LineAt(other));
                }

                Assert.InRange(there, here - (0.01 * Math.Abs(here)), here + (0.01 * Math.Abs(here)));
            }
        }

        Assert.Empty(_complaints);
    }

    [SkippableTheory]
    [InlineData("/runs/1")]
    [InlineData("/runs/compare?ids=1,2")]
    public async Task Chart_ZoomedOnLogarithmicAxes_IsInTheAddressUntilItIsClickedTwice(string url)
    {
        var page = await Open(null);
        Add(RunStatus.Finished);
        Add(RunStatus.Finished);
        Save([.. Enumerable.Range(1, 40).Select(i => Point(26 * i))]);
        url += (url.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "log=x";
        await Go(page, url);
        await AllDrawn(page);
        var chart = page.Locator("figure.plot-figure.live").Filter(new() { HasText = "Dead features" });
        await chart.ScrollIntoViewIfNeededAsync();
        var box = (await chart.Locator(".nsewdrag").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + (0.4f * box.Width), box.Y + (0.5f * box.Height));
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + (0.8f * box.Width), box.Y + (0.5f * box.Height), new() { Steps = 5 });
        await page.Mouse.UpAsync();
        await page.WaitForURLAsync("**zoom=dead~*");
        var shown = await Ends(chart);
        Assert.True(shown[0] > 26 && shown[1] < 1040 && shown[1] > shown[0], string.Join(' ', shown));

        // A permalink shows the same part, and the same steps on a linear axis.
        await Go(page, page.Url);
        await AllDrawn(page);
        Near(shown, await Ends(chart));
        await page.GetByLabel("log x").UncheckAsync();
        await Assertions.Expect(page).Not.ToHaveURLAsync(new System.Text.RegularExpressions.Regex("log="));
        await Chromium.Until(page, $"document.querySelector('#{await chart.GetAttributeAsync("id")} .js-plotly-plot')._fullLayout.xaxis.type === 'linear'");
        Near(shown, await Ends(chart));

        await chart.Locator(".nsewdrag").DblClickAsync();
        await Assertions.Expect(page).Not.ToHaveURLAsync(new System.Text.RegularExpressions.Regex("zoom="));
        Assert.True((await Ends(chart))[1] > 1039);
        Assert.Empty(_complaints);

        static void Near(double[] expected, double[] found) => Assert.All(expected.Zip(found), ends => Assert.InRange(ends.Second, 0.995 * ends.First, 1.005 * ends.First));
    }

    [SkippableFact]
    public async Task Actions_OfAnAdministrator_AreUndoneOrAskedFor()
    {
        var page = await Open(await _site.Account(Role.Admin));
        Add(RunStatus.Queued);
        await Go(page, "/runs/1");
        var cancel = page.GetByRole(AriaRole.Button, new() { Name = "Cancel" });
        var place = (await cancel.BoundingBoxAsync())!;
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Assertions.Expect(page.Locator(".run .badge")).ToHaveTextAsync("paused");
        Assert.Equal(place.X, (await cancel.BoundingBoxAsync())!.X);
        await page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Assertions.Expect(page.Locator(".run .badge")).ToHaveTextAsync("queued");

        var delete = page.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true });
        await delete.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep the run" }).ClickAsync();
        await Assertions.Expect(delete).ToBeFocusedAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Edit" }).ClickAsync();
        await page.GetByLabel("Tags, separated by spaces").FillAsync("wide seed=3");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator(".tags")).ToContainTextAsync("seed=3");

        await Go(page, "/runs");
        await page.GetByLabel("Search", new() { Exact = true }).FillAsync("seed=3");
        await page.WaitForURLAsync("**/runs?q=seed%3D3");
        await Assertions.Expect(page.Locator(".runs-grid tbody tr")).ToHaveCountAsync(1);
        var menu = page.GetByRole(AriaRole.Button, new() { Name = "Actions of run 1" }).First;
        await menu.ClickAsync();
        await page.GetByText("Delete", new() { Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep the run" }).ClickAsync();
        await Assertions.Expect(menu).ToBeFocusedAsync();
        await menu.ClickAsync();
        await page.GetByText("Delete", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Gone for good: the record of run 1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete run 1" }).ClickAsync();
        await Assertions.Expect(page.Locator(".run-message")).ToContainTextAsync("Run 1 is deleted.");
        await Assertions.Expect(page.Locator(".runs-grid tbody")).ToContainTextAsync("There is no run yet.");
        Assert.Null(_site.Service<RunStore>().Find(1));
        Assert.Empty(_complaints);
    }

    [SkippableTheory]
    [InlineData("/runs")]
    [InlineData("/runs/1")]
    [InlineData("/runs/compare?ids=1,2")]
    [InlineData("/pareto")]
    public async Task Page_OnAPhone_FitsAndIsReadByAViewerWithoutButtons(string url)
    {
        var page = await Open(await _site.Account(Role.Viewer), 390);
        Add(RunStatus.Finished);
        Add(RunStatus.Failed);
        await Go(page, url);
        await page.WaitForTimeoutAsync(500);
        Assert.Equal(390, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        foreach (var act in (string[])["Delete", "Resume", "Edit", "Actions of run 1"])
        {
            await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = act })).ToHaveCountAsync(0);
        }

        Assert.Empty(_complaints);
    }

    private static double?[] Point(double step) => [step, 0.5, 0.4, 20 + (step / 100), 0.005, 0.001, step / 26, 900.0, step / 52];

    private static double?[] HeldOut(double step) => [step, .. Curves.OfHeldOut.Select(_ => (double?)0.5)];

    /// <summary>Waits until every chart is there: one that comes later moves those below it away from the pointer.</summary>
    private static Task AllDrawn(IPage page) => Chromium.Until(page, "document.querySelector('figure.plot-figure.live') !== null && document.querySelector('figure.plot-figure:not(.live)') === null");

    /// <summary>Where the crosshair of a chart stands, in the units of its horizontal axis.</summary>
    private static Task<double> LineAt(ILocator chart) => chart.EvaluateAsync<double>(
        """
        figure => {
          const place = figure.querySelector(".js-plotly-plot"), line = place.querySelector(".spikeline"), axis = place._fullLayout.xaxis;
          return line ? axis.p2c(Number(line.getAttribute("x1")) - axis._offset) : NaN;
        }
        """);

    /// <summary>The ends of a chart's horizontal axis, in its units.</summary>
    private static Task<double[]> Ends(ILocator chart) => chart.EvaluateAsync<double[]>(
        "figure => { const axis = figure.querySelector('.js-plotly-plot')._fullLayout.xaxis; return axis.range.map(end => axis.type === 'log' ? 10 ** end : end); }");

    private void Add(RunStatus status)
    {
        var runs = _site.Service<RunStore>();
        var run = runs.Add("custom", RunConfigurationJson.Write(SmallRun.Configuration));
        if (status != RunStatus.Queued)
        {
            runs.Bring(run.Id, status);
        }

        Save([26, 0.5, 0.4, 40.0, 0.005, 0.001, 0.0, 900.0, 0.5], [52, 0.4, 0.3, 20.0, 0.005, 0.001, 1.0, 950.0, 1.0]);
    }

    private void Save(params double?[][] points) =>
        _site.Service<RunHistory>().Save(1, new RunCurve("A/1", 78, Curves.Kept(Curves.OfDictionary), points));

    private Task<IResponse?> Go(IPage page, string url) => page.GotoAsync(new Uri(_site.Address, url).ToString(), new() { WaitUntil = WaitUntilState.NetworkIdle });

    private async Task<IPage> Open(string? account, int width = 1400)
    {
        Skip.If(chromium.Browser is null, "Chromium is not installed.");
        var page = await chromium.Browser!.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = width, Height = 1000 } });
        page.SetDefaultTimeout(60_000);
        if (account is not null)
        {
            await page.GotoAsync(new Uri(_site.Address, "/login").ToString());
            await page.Locator("input[name=UserName]").FillAsync(account);
            await page.Locator("input[name=Password]").FillAsync(AccountSite.Password);
            await page.Locator("main button[type=submit]").ClickAsync();
            await page.WaitForURLAsync(_site.Address.ToString());
        }

        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => _complaints.Add(error);
        return page;
    }
}
