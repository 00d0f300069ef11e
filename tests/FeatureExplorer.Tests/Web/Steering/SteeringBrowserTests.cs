using FeatureExplorer.Tests.Web.Exploration;
using Microsoft.Playwright;

namespace FeatureExplorer.Tests.Web.Steering;

/// <summary>The pages of steering and of a text in Chromium, with a real model behind them.</summary>
public sealed class SteeringBrowserTests(ExplorationSite site, Chromium chromium) : IClassFixture<ExplorationSite>, IClassFixture<Chromium>
{
    private readonly List<string> _complaints = [];

    [SkippableFact]
    public async Task Steer_SamplesAndCurve_FollowTheSettingsIntoTheAddress()
    {
        var page = await Open($"/A/1/{site.Busy}/steer?tokens=8&samples=2");
        await Assertions.Expect(page.Locator(".curve-table")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(page.Locator("ol.samples > li")).ToHaveCountAsync(4);
        // The bar of buttons stands beside the title of the right axis, not on it.
        await page.Locator(".y2title").WaitForAsync();
        var (title, bar) = (await page.Locator(".y2title").BoundingBoxAsync(), await page.Locator(".modebar-group").Last.BoundingBoxAsync());
        Assert.True(title!.X + title.Width <= bar!.X, $"The title ends at {title.X + title.Width}, the bar begins at {bar.X}.");
        var before = await page.Locator("ol.samples").First.TextContentAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Other samples" }).ClickAsync();

        await page.WaitForURLAsync("**/steer?tokens=8&samples=2&seed=2");
        await Assertions.Expect(page.Locator("ol.samples").First).Not.ToHaveTextAsync(before!);
        await page.Locator("#steer-strength").FillAsync("4");
        await page.Locator("#steer-strength").PressAsync("Tab");
        await page.WaitForURLAsync("**/steer?strength=4&tokens=8&samples=2&seed=2");
        await Assertions.Expect(page.Locator(".lead")).ToContainTextAsync("4 times its maximum");
        Assert.Empty(_complaints);
    }

    [SkippableFact]
    public async Task Text_TypedClickedAndSelected_IsReadAtOnceAndKeptInTheAddress()
    {
        var page = await Open("/A/1/text?q=ACGT");
        await Connected(page);
        await page.Locator("#text").PressSequentiallyAsync(" and more");
        await Assertions.Expect(page.Locator(".pieces")).ToContainTextAsync("ACGT and more", new() { Timeout = 20_000 });

        await page.Locator(".pieces [role=button]").Nth(1).ClickAsync();
        await Assertions.Expect(page.Locator("#panel-A-1")).ToBeVisibleAsync();
        await page.WaitForURLAsync("**token=1");

        await Choose(page, "click selects");
        await page.Locator(".pieces [role=button]").Nth(2).ClickAsync();
        await page.WaitForURLAsync("**tokens=2");
        await Assertions.Expect(page.Locator(".found")).ToContainTextAsync("candidate");
        // A click on a row that is drawn anew at that moment is lost.
        for (var attempt = 0; attempt < 40 && !page.Url.Contains("feature=", StringComparison.Ordinal); attempt++)
        {
            await page.Locator("#common-title ~ .scroll button").First.ClickAsync();
            await Task.Delay(500);
        }

        Assert.Contains("feature=", page.Url, StringComparison.Ordinal);
        await Assertions.Expect(page.Locator(".pieces [class^=a]").First).ToBeVisibleAsync();
        Assert.Empty(_complaints);
    }

    // What is typed before the page has its connection is not heard.
    private static async Task Connected(IPage page)
    {
        await Choose(page, "click selects");
        await Choose(page, "click shows features");
    }

    private static async Task Choose(IPage page, string choice)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            await page.GetByText(choice).ClickAsync();
            if (await page.Locator(".mud-toggle-item-selected").First.TextContentAsync() is { } chosen && chosen.Contains(choice, StringComparison.Ordinal))
            {
                return;
            }

            await Task.Delay(200);
        }

        Assert.Fail($"\"{choice}\" could not be chosen.");
    }

    private async Task<IPage> Open(string url)
    {
        Skip.If(chromium.Browser is null, "Chromium is not installed.");
        var page = await chromium.Browser!.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => _complaints.Add(error);
        await page.GotoAsync(site.Address + url);
        return page;
    }
}
