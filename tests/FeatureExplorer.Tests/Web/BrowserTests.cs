using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Storage.Runs;
using Microsoft.Playwright;

namespace FeatureExplorer.Tests.Web;

/// <summary>What a visitor sees in Chromium.</summary>
[Collection(SampleSiteTests.Name)]
public sealed class BrowserTests(SampleSite site, Chromium chromium) : IClassFixture<Chromium>
{
    private readonly List<string> _complaints = [];

    [SkippableFact]
    public async Task Visit_HomeToListToFeature_ShowsWhatTheFeatureMeans()
    {
        var page = await Open(new BrowserNewPageOptions());
        await page.GotoAsync(site.Address);
        await page.GetByRole(AriaRole.Heading, new() { Name = "Dictionaries" }).WaitForAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "A/1", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("table.features tbody tr")).ToHaveCountAsync(24);

        await page.Locator("select[name=context]").SelectOptionAsync("cyrillic");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await page.WaitForURLAsync("**context=cyrillic**");
        await page.GetByRole(AriaRole.Link, new() { Name = "4", Exact = true }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("Cyrillic script");
        await Assertions.Expect(page.Locator("#histogram svg.chart path.l5").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#top")).ToContainTextAsync("при");
        var weight = await page.Locator("#top .strip .centre span").First.EvaluateAsync<string>("e => getComputedStyle(e).fontWeight");
        Assert.Equal("700", weight);
        Assert.Empty(_complaints);
    }

    [SkippableFact]
    public async Task Keys_JAndK_GoToNeighbours()
    {
        var page = await Open(new BrowserNewPageOptions());
        await page.GotoAsync(site.Address + "/A/1/4");
        await page.Keyboard.PressAsync("j");
        await page.WaitForURLAsync("**/A/1/5");
        await page.Keyboard.PressAsync("k");
        await page.WaitForURLAsync("**/A/1/4");
        await page.GotoAsync(site.Address + "/A/1");
        await page.Keyboard.PressAsync("/");
        Assert.True(await page.Locator("[data-search]").EvaluateAsync<bool>("e => e === document.activeElement"));
    }

    // The page's own scripts are there, its body is not: another script, which comes late, holds it up.
    [SkippableFact]
    public async Task Keys_PressedWhileThePageIsStillComing_WaitForIt()
    {
        var page = await Open(new BrowserNewPageOptions());
        var late = new TaskCompletionSource();
        await page.RouteAsync("**/late.js", async route =>
        {
            await late.Task;
            await route.FulfillAsync(new() { ContentType = "text/javascript", Body = "" });
        });
        await page.RouteAsync("**/A/1/4", async route =>
        {
            var answer = await route.FetchAsync();
            await route.FulfillAsync(new() { Response = answer, Body = (await answer.TextAsync()).Replace("<body", "<script src=\"/late.js\"></script><body", StringComparison.Ordinal) });
        });
        await page.GotoAsync(site.Address + "/A/1/4", new() { WaitUntil = WaitUntilState.Commit });
        await Chromium.Until(page, "performance.getEntriesByType('resource').some(e => e.name.includes('/js/keys'))");
        Assert.Equal("loading", await page.EvaluateAsync<string>("document.readyState"));
        await page.Keyboard.PressAsync("j");
        late.SetResult();
        await page.WaitForURLAsync("**/A/1/5");
        Assert.Empty(_complaints);
    }

    [SkippableFact]
    public async Task Effects_PointedAt_NameThePromotedTokens()
    {
        var page = await Open(new BrowserNewPageOptions());
        await page.GotoAsync(site.Address + "/A/1/4");
        var token = page.Locator("#top [data-t]").First;
        Assert.DoesNotContain("promotes", await token.GetAttributeAsync("title"), StringComparison.Ordinal);
        await token.HoverAsync();
        await Assertions.Expect(token).ToHaveAttributeAsync("title", new System.Text.RegularExpressions.Regex("Loss without it: .*\npromotes “.*\nsuppresses “"));

        // And by keyboard: the same on a page of its own.
        await page.Locator("#top .strip .about a").First.PressAsync("Enter");
        await page.WaitForURLAsync("**/A/1/4/ablation");
        await Assertions.Expect(page.Locator("table.effects tbody bdi.chip").Nth(4)).ToBeVisibleAsync();
        Assert.Empty(_complaints);
    }

    [SkippableFact]
    public async Task Theme_Chosen_ChangesTheColoursAndStays()
    {
        var page = await Open(new BrowserNewPageOptions { ColorScheme = ColorScheme.Light });
        await page.GotoAsync(site.Address + "/A/1/4");
        var light = await Background(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Options" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Dark" }).ClickAsync();
        await page.WaitForURLAsync("**/A/1/4");
        Assert.NotEqual(light, await Background(page));
        await page.GotoAsync(site.Address + "/about");
        Assert.NotEqual(light, await Background(page));
    }

    [SkippableFact]
    public async Task WithoutScript_EveryChoice_IsALinkOrAForm()
    {
        var page = await Open(new BrowserNewPageOptions { JavaScriptEnabled = false });
        await page.GotoAsync(site.Address + "/A/1/4");
        await page.Locator("#context").SelectOptionAsync(site.Dictionary.Contexts[0].Name);
        await page.GetByRole(AriaRole.Button, new() { Name = "Recolour" }).ClickAsync();
        await page.WaitForURLAsync("**context=**");
        await page.GetByRole(AriaRole.Group, new() { Name = "Count" }).GetByRole(AriaRole.Link, new() { Name = "log" }).ClickAsync();
        await page.WaitForURLAsync("**y=log**");
    }

    [SkippableFact]
    public async Task Home_WhileARunGoesOn_MovesAndKeepsWhatIsTyped()
    {
        var runs = site.Service<RunStore>();
        var run = runs.Add("demo", "{}");
        runs.Move(run.Id, RunMove.Start);
        runs.Report(run.Id, "Training", 0.25, "loss 4.1");
        try
        {
            var page = await Open(new BrowserNewPageOptions());
            await page.GotoAsync(site.Address);
            await page.Locator("[data-search-all]").FillAsync("half a word");
            runs.Report(run.Id, "Training", 0.5, "loss 3.1");
            await Assertions.Expect(page.Locator(".run progress").First).ToHaveAttributeAsync("value", "50", new() { Timeout = 20_000 });
            await Assertions.Expect(page.Locator("[data-search-all]")).ToHaveValueAsync("half a word");
            Assert.Empty(_complaints);
        }
        finally
        {
            runs.End(run.Id, RunStatus.Finished);
        }
    }

    private async Task<IPage> Open(BrowserNewPageOptions options)
    {
        Skip.If(chromium.Browser is null, "Chromium is not installed.");
        var page = await chromium.Browser!.NewPageAsync(options);
        // Violations of the content security policy come this way, too.
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

    private static Task<string> Background(IPage page) => page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
}
