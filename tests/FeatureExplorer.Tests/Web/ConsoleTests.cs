using System.Net;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Web.Security;
using Microsoft.Playwright;

namespace FeatureExplorer.Tests.Web;

/// <summary>Every page in Chromium, light and dark, wide and narrow: nothing in its console, no violation of the policy, nothing wider than the screen.</summary>
public sealed class ConsoleTests(SampleSite site, FilledSite accounts, Chromium chromium)
    : IClassFixture<SampleSite>, IClassFixture<FilledSite>, IClassFixture<Chromium>
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

    [SkippableTheory]
    [InlineData("/corpora/long")]
    [MemberData(nameof(AccessibilityTests.SignedInPages), MemberType = typeof(AccessibilityTests))]
    public async Task SignedInPage_LightAndDarkWideAndNarrow_HasNothingToComplainOf(string url)
    {
        Skip.If(chromium.Browser is null, "Chromium is not installed.");
        accounts.Once(FillWithLongWords);
        await Visit(accounts.At(url), accounts.Cookies);
        Assert.True(_complaints.Count == 0, string.Join('\n', _complaints));
    }

    /// <summary>What visitors write and other servers answer need not have a space in it.</summary>
    private static void FillWithLongWords(AccountSite accounts)
    {
        var word = new string('x', 500);
        accounts.Service<CorpusStore>().TryAdd(new CorpusInfo
        {
            Name = "long",
            Origin = CorpusOrigin.Address,
            From = $"http://example.org/{word}",
            Paths = ["sources/long/text"],
            State = CorpusState.Failed,
            Message = $"The address http://example.org/{word} could not be fetched.",
            AddedBy = word[..60],
        });
        var runs = accounts.Service<RunStore>();
        runs.Report(1, "Training dictionary A/1", 0.4, word);
        foreach (var run in (long[])[1, 2])
        {
            runs.TryRemark(run, new RunRemarks(word, [word[..32], "y" + word[..31]]));
        }

        accounts.Service<AuditStore>().Add(new AuditEntry(DateTime.UtcNow, word[..60], "label.save", word[..100], AuditOutcome.Refused, "2001:0db8:85a3:1234:5678:8a2e:0370:7334", word));
    }

    private async Task Visit(string address, CookieCollection cookies)
    {
        await using var context = await chromium.Browser!.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new() { Width = 1400, Height = 900 } });
        await context.AddCookiesAsync(cookies.Select(c => new Microsoft.Playwright.Cookie { Name = c.Name, Value = c.Value, Url = address }));
        var page = await context.NewPageAsync();
        var said = new List<string>();
        page.Console += (_, message) =>
        {
            // Of Chromium's own drawing in software, and of the size of plotly.js' letters; neither is about the page.
            var ofDrawing = message.Text.Contains("GL Driver Message", StringComparison.Ordinal) || message.Text.Contains("willReadFrequently", StringComparison.Ordinal);
            if (message.Type is "error" or "warning" && !ofDrawing)
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

            // A grid scrolls by itself on a phone; a screen holds all of its columns.
            if (width == 1400 && await page.EvaluateAsync<bool>("[...document.querySelectorAll('.mud-table-container')].some(grid => grid.scrollWidth > grid.clientWidth)"))
            {
                _complaints.Add($"{address}: a grid is wider than the page");
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
