using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Progress;
using Microsoft.Playwright;

namespace FeatureExplorer.Tests.Web;

/// <summary>
/// Every page in Chromium, light and dark, wide and narrow: nothing in its console, no violation of the policy, nothing wider than the screen, every chart drawn, and nothing
/// serious for axe-core (WCAG 2.2 A and AA, and its best practices). One visit looks at all of it, since opening a page takes longest.
/// </summary>
public sealed class EveryPageTests(SampleSite site, FilledSite accounts, Chromium chromium)
    : IClassFixture<SampleSite>, IClassFixture<FilledSite>, IClassFixture<Chromium>
{
    private static readonly string? Checker = Find();

    /// <summary>Only colours differ in the dark.</summary>
    private static readonly Dictionary<string, object> OfColours = new() { ["runOnly"] = (string[])["color-contrast", "link-in-text-block"] };

    private readonly List<string> _complaints = [];

    public static TheoryData<string> Pages =>
    [
        "/", "/about", "/A/1", "/A/1?q=no+such+text", "/B/1?page=2", "/A/1/0", "/A/1/4?context=cyrillic&x=log&y=log", "/A/1/4?open=levels,contexts,relatives,formation", "/A/1/report", "/B/1/3", "/B/1/5", "/B/1/4",
        "/embed/A/1/4", "/embed/B/1/5?parts=examples", "/nothing", "/contexts", "/A/1/context?context=cyrillic", "/A/1/context?context=regex:[0-9]%2B", "/A/1/4?context=regex:%D0%BF",
        "/login", "/A/neurons", "/A/neurons/7", "/A/neurons/report", "/compare", "/compare?left=A/1/4&right=B/1/4", "/compare?left=A/1/4&right=A/neurons/7", "/search?q=e", "/A/1/text?q=abc", "/A/1/text", "/A/1/4/steer", "/A/1/4/steer?strength=-2&temperature=0.5&positions=generated&error=drop&colour=context", "/A/1/4/ablation", "/pareto", "/synthetic", "/synthetic/sample", "/contexts/new", "/contexts/new?context=cyrillic", "/A/1/spectrum", "/A/1/4/explore", "/A/1/4/explore?context=cyrillic&x=log&bars=mass&from=0.1",
        "/A/splitting?feature=A/1/4", "/A/sites", "/A/1/unread", "/A/1/automata", "/A/1/map", "/A/1/map?with=B/1&colour=context&q=e", "/A/1/4/transitions", "/A/1/decompose", "/A/1/logits", "/A/1/4/logits",
    ];

    [SkippableTheory]
    [MemberData(nameof(Pages))]
    public async Task Page_LightAndDarkWideAndNarrow_HasNothingToComplainOf(string url)
    {
        Skip.If(chromium.Browser is null, "Chromium is not installed.");
        await Visit(site.Address + url, []);
    }

    public static TheoryData<string> SignedInPages =>
    [
        "/account", "/accounts", "/audit", "/runs", "/runs/new", "/imports/new", "/runs/1", "/runs/2", "/runs/compare?ids=1,2", "/pareto", "/corpora", "/corpora/new", "/corpora/tales", "/corpora/long", "/corpora/wide", "/B/1/2",
    ];

    [SkippableTheory]
    [MemberData(nameof(SignedInPages))]
    public async Task SignedInPage_LightAndDarkWideAndNarrow_HasNothingToComplainOf(string url)
    {
        Skip.If(chromium.Browser is null, "Chromium is not installed.");
        accounts.Once(FillWithLongWords);
        await Visit(accounts.At(url), accounts.Cookies);
    }

    [SkippableTheory]
    [InlineData("/")]
    [InlineData("/A/1")]
    [InlineData("/A/1/4")]
    [InlineData("/A/1/report")]
    public async Task Keyboard_TabThroughThePage_ReachesEveryControlAndShowsWhereItIs(string url)
    {
        Skip.If(chromium.Browser is null, "Chromium is not installed.");
        var page = await chromium.Browser!.NewPageAsync();
        await page.GotoAsync(site.Address + url);
        const string Controls = "a[href], button, input, select, textarea, summary, [tabindex='0']";
        var expected = await page.EvaluateAsync<int>(
            $"[...document.querySelectorAll(\"{Controls}\")].filter(e => e.type !== 'hidden' && e.checkVisibility()).length");
        var reached = 0;
        var hidden = new List<string>();
        for (; reached <= expected; reached++)
        {
            await page.Keyboard.PressAsync("Tab");
            var state = await page.EvaluateAsync<string>(
                """
                () => {
                  const e = document.activeElement;
                  if (e === document.body || e.dataset.seen) { return "end"; }
                  e.dataset.seen = "1";
                  return getComputedStyle(e).outlineStyle === "none" && getComputedStyle(e).boxShadow === "none" ? e.outerHTML.slice(0, 120) : "";
                }
                """);
            if (state == "end")
            {
                break;
            }

            if (state.Length > 0)
            {
                hidden.Add(state);
            }
        }

        Assert.Equal(expected, reached);
        Assert.Empty(hidden);
    }

    /// <summary>A run that goes on and one that has failed, with curves, and a corpus.</summary>
    internal static void Fill(AccountSite accounts)
    {
        var runs = accounts.Service<RunStore>();
        var configuration = RunConfigurationJson.Write(SmallRun.Configuration);
        foreach (var id in (long[])[runs.Add("demo", configuration, RunOrigin.CommandLine).Id, runs.Add("demo", configuration, RunOrigin.CommandLine).Id])
        {
            runs.Move(id, RunMove.Start);
            runs.Report(id, "Training dictionary A/1", 0.4, "loss 0.21");
            accounts.Service<RunHistory>().Log(id, RunEventKind.Checkpoint, "Checkpoint at step 20");
            accounts.Service<RunHistory>().Save(id, new RunCurve("A/1", 30, [Curves.Loss, Curves.L0], [[1, 3, 90], [10, 2, 40], [20, 1, 12]]));
        }

        runs.Move(2, RunMove.Fail, "The text ended.");
        accounts.Service<CorpusStore>().TryAdd(new CorpusInfo
        {
            Name = "tales",
            Origin = CorpusOrigin.Upload,
            From = "tales.jsonl",
            Paths = ["sources/tales/tales.jsonl"],
            State = CorpusState.Ready,
            Message = string.Empty,
            AddedBy = "ada",
            Documents = 2,
            TextBytes = 20,
            Domains = [new CorpusDomain("french", 2, 20)],
            Preview = [new CorpusExcerpt("tales.jsonl:1", "french", "un deux")],
            Problems = ["line 3: no text"],
            Created = DateTime.UtcNow,
        });
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
        accounts.Service<CorpusStore>().TryAdd(new CorpusInfo
        {
            Name = "wide",
            Origin = CorpusOrigin.Upload,
            From = word[..200],
            Paths = ["sources/wide/wide.jsonl"],
            State = CorpusState.Ready,
            Message = string.Empty,
            Documents = 2,
            TextBytes = 20,
            Domains = [new CorpusDomain(word[..64], 2, 20)],
            Preview = [new CorpusExcerpt("wide.jsonl:1", "french", word[..300])],
            Problems = [word[..200]],
        });
        var runs = accounts.Service<RunStore>();
        runs.Report(1, "Training dictionary A/1", 0.4, word);
        foreach (var run in (long[])[1, 2])
        {
            runs.TryRemark(run, new RunRemarks(word, [word[..32], "y" + word[..31]]));
        }

        accounts.Service<AuditStore>().Add(new AuditEntry(DateTime.UtcNow, word[..60], "label.save", word[..100], AuditOutcome.Refused, "2001:0db8:85a3:1234:5678:8a2e:0370:7334", word));
    }

    private async Task Visit(string address, System.Net.CookieCollection cookies)
    {
        await using var context = await chromium.Browser!.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new() { Width = 1400, Height = 900 } });
        await context.AddCookiesAsync(cookies.Select(c => new Cookie { Name = c.Name, Value = c.Value, Url = address }));
        if (Checker is not null)
        {
            await context.AddInitScriptAsync(scriptPath: Checker);
        }

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
        page.PageError += (_, error) => _complaints.Add(error);
        var answer = await page.GotoAsync(address, new() { WaitUntil = WaitUntilState.Load });
        Assert.StartsWith(new Uri(address).AbsolutePath, new Uri(page.Url).AbsolutePath, StringComparison.Ordinal);
        await LookAtWidths(page);
        await LookAtAccess(page);
        await LookAtCharts(page);

        // That a page itself was refused, Chromium writes into its console, too.
        _complaints.AddRange(said.Where(text => answer!.Ok || !text.Contains($"status of {answer.Status}", StringComparison.Ordinal)));
        Assert.True(_complaints.Count == 0, $"{address}:\n{string.Join('\n', _complaints)}");
        Skip.If(Checker is null, "axe-core is not installed: npm ci --prefix tests/accessibility");
    }

    private async Task LookAtWidths(IPage page)
    {
        foreach (var (width, scheme) in ((int, ColorScheme)[])[(1400, ColorScheme.Dark), (390, ColorScheme.Dark), (390, ColorScheme.Light), (1400, ColorScheme.Light)])
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await page.SetViewportSizeAsync(width, 900);
            if (await page.EvaluateAsync<int>("document.documentElement.scrollWidth") is var wide && wide > width)
            {
                var outside = await page.EvaluateAsync<string[]>(
                    """
                    width => [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > width + 1 && !e.parentElement.closest(".scroll, .unseen")).slice(0, 8)
                      .map(e => `${e.tagName}.${e.className} ${e.textContent.slice(0, 40)}`)
                    """,
                    width);
                _complaints.Add($"{wide} pixels wide on a screen of {width}, {scheme}: {string.Join(" | ", outside)}");
            }

            // A grid scrolls by itself on a phone; a screen holds all of its columns.
            if (width == 1400 && await page.EvaluateAsync<bool>("[...document.querySelectorAll('.mud-table-container')].some(grid => grid.scrollWidth > grid.clientWidth)"))
            {
                _complaints.Add("a grid is wider than the page");
            }
        }
    }

    private async Task LookAtAccess(IPage page)
    {
        if (Checker is null)
        {
            return;
        }

        // What is folded away is part of the page; colours change at once.
        await page.EvaluateAsync(
            """
            () => {
              document.querySelectorAll("details").forEach(d => { d.open = true; });
              const atOnce = new CSSStyleSheet();
              atOnce.replaceSync("* { transition: none !important; }");
              document.adoptedStyleSheets = [...document.adoptedStyleSheets, atOnce];
            }
            """);
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });
            var violations = await page.EvaluateAsync<string[]>(
                """
                async rules => (await axe.run(document, { resultTypes: ["violations"], ...rules })).violations
                  .filter(v => v.impact === "serious" || v.impact === "critical")
                  .map(v => `${v.id} (${v.impact}): ${v.help}: ` + v.nodes.slice(0, 4).map(n => n.target + " " + n.html.slice(0, 160) + " " + (n.any[0]?.message ?? "")).join(" | "))
                """,
                scheme == ColorScheme.Dark ? OfColours : new());
            _complaints.AddRange(violations.Select(violation => $"{scheme}: {violation}"));
        }
    }

    /// <summary>Charts are drawn, or say what keeps them from it; those of pages to read when they are pointed at.</summary>
    private static async Task LookAtCharts(IPage page)
    {
        foreach (var figure in await page.Locator("figure[data-chart]").AllAsync())
        {
            await figure.HoverAsync();
            await Assertions.Expect(figure.Locator(".js-plotly-plot, [role=status]").First).ToBeVisibleAsync(new() { Timeout = 20_000 });
        }
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FeatureExplorer.sln")))
            {
                var script = Path.Combine(folder.FullName, "tests", "accessibility", "node_modules", "axe-core", "axe.min.js");
                return File.Exists(script) ? script : null;
            }
        }

        return null;
    }
}
