using System.Net;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Tests.Web.Security;
using Microsoft.Playwright;

namespace FeatureExplorer.Tests.Web;

/// <summary>Every page in Chromium, light and dark, wide and narrow: nothing in its console, no violation of the policy, nothing wider than the screen.</summary>
[Collection(SampleSiteTests.Name)]
public sealed class ConsoleTests(SampleSite site, Chromium chromium) : IClassFixture<Chromium>
{
    private readonly List<string> _complaints = [];

    [SkippableTheory]
    [MemberData(nameof(AccessibilityTests.Pages), MemberType = typeof(AccessibilityTests))]
    public async Task Page_LightAndDarkWideAndNarrow_HasNothingToComplainOf(string url)
    {
        Skip.If(chromium.Browser is null, "Chromium is not installed.");
        await Visit(site.Address + url, []);
        Assert.True(_complaints.Count == 0, string.Join('\n', _complaints));
    }

    [SkippableFact]
    public async Task SignedInPages_LightAndDarkWideAndNarrow_HaveNothingToComplainOf()
    {
        Skip.If(chromium.Browser is null, "Chromium is not installed.");
        await using var accounts = await AccountSite.Start(AccountSite.Patient);
        LabelTests.Publish(accounts);
        AccessibilityTests.Fill(accounts);
        using var administrator = await accounts.Visitor(Role.Admin);
        foreach (var url in AccessibilityTests.Addresses)
        {
            await Visit(new Uri(accounts.Address, url).ToString(), administrator.Cookies.GetAllCookies());
        }

        Assert.True(_complaints.Count == 0, string.Join('\n', _complaints));
    }

    private async Task Visit(string address, CookieCollection cookies)
    {
        await using var context = await chromium.Browser!.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new() { Width = 1400, Height = 900 } });
        await context.AddCookiesAsync(cookies.Select(c => new Microsoft.Playwright.Cookie { Name = c.Name, Value = c.Value, Url = address }));
        var page = await context.NewPageAsync();
        var said = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                said.Add(message.Text);
            }
        };
        page.PageError += (_, error) => _complaints.Add($"{address}: {error}");
        var answer = await page.GotoAsync(address, new() { WaitUntil = WaitUntilState.Load });
        foreach (var (width, scheme) in ((int, ColorScheme)[])[(1400, ColorScheme.Light), (390, ColorScheme.Light), (390, ColorScheme.Dark), (1400, ColorScheme.Dark)])
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await page.SetViewportSizeAsync(width, 900);
            if (await page.EvaluateAsync<int>("document.documentElement.scrollWidth") is var wide && wide > width)
            {
                _complaints.Add($"{address}: {wide} pixels wide on a screen of {width}");
            }
        }

        // Charts are drawn, or say what keeps them from it; those of pages to read when they are pointed at.
        foreach (var figure in await page.Locator("figure[data-chart]").AllAsync())
        {
            await figure.HoverAsync();
            await Assertions.Expect(figure.Locator(".js-plotly-plot, [role=status]").First).ToBeVisibleAsync(new() { Timeout = 20_000 });
        }

        // That a page itself was refused, Chromium writes into its console, too.
        _complaints.AddRange(said.Where(text => answer!.Ok || !text.Contains($"status of {answer.Status}", StringComparison.Ordinal)).Select(text => $"{address}: {text}"));
    }
}
