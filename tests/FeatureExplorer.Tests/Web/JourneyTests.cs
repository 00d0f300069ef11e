using System.Text;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Web;
using FeatureExplorer.Web.Security;
using Microsoft.Playwright;

namespace FeatureExplorer.Tests.Web;

/// <summary>From the first start to a link that a stranger opens, all of it in Chromium.</summary>
public sealed class JourneyTests(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime, IDisposable
{
    private const string Password = "four unrelated words";

    private readonly AccountSite _site = new(AccountSite.Patient);

    public Task InitializeAsync() => _site.InitializeAsync();

    public Task DisposeAsync() => _site.DisposeAsync();

    public void Dispose() => _site.Dispose();

    [SkippableFact]
    public async Task FirstStart_ToAPermalinkThatAStrangerOpens()
    {
        Skip.If(chromium.Browser is null, "Chromium is not installed.");
        var page = await chromium.Browser!.NewPageAsync();
        page.SetDefaultTimeout(60_000);
        await SetUp(page);
        await AddCorpus(page);
        await StartRun(page);

        // The curve moves without the page being loaded again, and shows its values.
        var chart = page.Locator("figure.plot-figure.live").First;
        await Assertions.Expect(chart).ToBeVisibleAsync(new() { Timeout = 120_000 });
        await CurvesMove(page);
        await chart.Locator(".nsewdrag").First.HoverAsync();
        await Assertions.Expect(chart.Locator(".hoverlayer")).ToContainTextAsync(new System.Text.RegularExpressions.Regex("[0-9]"));

        // A feature of the half-trained dictionary.
        await WaitForStage(1, "Training dictionary A/0");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show features now" }).ClickAsync();
        await Assertions.Expect(page.Locator(".made a", new() { HasText = "A/0" }).First).ToBeVisibleAsync(new() { Timeout = 60_000 });

        // Paused, so that it is half trained however long the browser takes; taken up again by its message, finished.
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await WaitFor(1, RunStatus.Paused);
        await Assertions.Expect(page.Locator(".run .badge")).ToHaveTextAsync("paused");
        await page.GotoAsync(new Uri(_site.Address, "/A/0/3").ToString());
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("forming, step");
        await page.GotoAsync(new Uri(_site.Address, "/runs/1").ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Assertions.Expect(page.Locator(".run-message")).ToContainTextAsync("goes on from its last checkpoint");
        await WaitFor(1, RunStatus.Finished);
        await Assertions.Expect(page.Locator(".run .badge")).ToHaveTextAsync("finished");

        await Watched(chromium.Browser!);

        // Its record goes, after a question; what it has made stays.
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Model A stays, and so does its finished dictionary A/0");
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete run 1" }).ClickAsync();
        await Until(() => _site.Service<RunStore>().Find(1) is null, "run 1 to be deleted");

        await using var stranger = await chromium.Browser!.NewContextAsync();
        var visit = await stranger.NewPageAsync();
        var answer = await visit.GotoAsync(new Uri(_site.Address, "/A/0/3").ToString());
        Assert.Equal(200, answer!.Status);
        await Assertions.Expect(visit.Locator("h1")).Not.ToContainTextAsync("forming");
        await Assertions.Expect(visit.Locator(".facts")).ToContainTextAsync("A/0/3");
    }

    /// <summary>What a stranger sees of the run: its end, and nothing to act with.</summary>
    private async Task Watched(IBrowser browser)
    {
        await using var stranger = await browser.NewContextAsync();
        var visit = await stranger.NewPageAsync();
        await visit.GotoAsync(new Uri(_site.Address, "/runs/1").ToString());
        await Assertions.Expect(visit.Locator(".run .badge")).ToHaveTextAsync("finished");
        await Assertions.Expect(visit.Locator("figure.plot-figure.live").First).ToBeVisibleAsync();
        await Assertions.Expect(visit.GetByRole(AriaRole.Button, new() { Name = "Delete" })).ToHaveCountAsync(0);
    }

    /// <summary>Any of them: on a fast machine the transformer is ready before anybody has looked twice, and then it is the dictionary's that move.</summary>
    private static async Task CurvesMove(IPage page)
    {
        var end = DateTime.UtcNow.AddSeconds(60);
        var before = await Curves();
        while (await Curves() == before)
        {
            Assert.True(DateTime.UtcNow < end, "No curve has moved within a minute.");
            await Task.Delay(100);
        }

        Task<string> Curves() => page.Locator(".scatterlayer path.js-line").EvaluateAllAsync<string>("lines => lines.map(line => line.getAttribute('d')).join()");
    }

    private async Task SetUp(IPage page)
    {
        var token = _site.Service<SetupToken>().Issue()!;
        await page.GotoAsync(new Uri(_site.Address, Urls.Setup).ToString());
        await page.Locator("input[name=Token]").FillAsync(token);
        await page.Locator("input[name=UserName]").FillAsync("ada");
        await page.Locator("input[name=NewPassword]").FillAsync(Password);
        await page.Locator("input[name=Again]").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the account" }).ClickAsync();
        await page.WaitForURLAsync(new Uri(_site.Address, "/").ToString());
    }

    private async Task AddCorpus(IPage page)
    {
        await page.GotoAsync(new Uri(_site.Address, Urls.NewCorpus).ToString());
        await page.Locator("[data-connected]").WaitForAsync();
        await page.Locator("#upload-name").FillAsync("tales");
        await page.Locator("#file").SetInputFilesAsync(new FilePayload { Name = "tales.jsonl", MimeType = "application/jsonl", Buffer = Text() });
        await page.GetByRole(AriaRole.Button, new() { Name = "Upload" }).ClickAsync();
        await page.WaitForURLAsync("**/corpora/tales");
        await Assertions.Expect(page.Locator("dl.tiles")).ToContainTextAsync("1,500");
    }

    private static async Task StartRun(IPage page)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = "Train on it" }).ClickAsync();
        // The estimate is there as soon as the page has its connection.
        await Assertions.Expect(page.Locator("#estimate-time")).ToBeVisibleAsync();
        await page.EvaluateAsync("document.querySelectorAll('details').forEach(d => { d.open = true; })");
        await Fill("Text", ("heldOutTokens", "20000"));
        await Fill(
            "Model", ("transformer.tokens", "150000"), ("transformer.vocabulary", "400"), ("transformer.dModel", "32"), ("transformer.dMlp", "64"), ("transformer.context", "64"),
            ("transformer.largestPasses", "100"));
        await page.GetByRole(AriaRole.Tab, new() { Name = "Dictionaries" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove dictionary 2" }).ClickAsync();
        await Fill(
            "Dictionaries", ("dictionaries[0].features", "96"), ("dictionaries[0].samples", "6000000"), ("indexTokens", "15000"), ("evaluationTokens", "2048"), ("formingShare", "0.02"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Start run" }).ClickAsync();
        await page.WaitForURLAsync("**/runs/1");

        async Task Fill(string step, params (string Name, string Value)[] values)
        {
            await page.GetByRole(AriaRole.Tab, new() { Name = step }).ClickAsync();
            foreach (var (name, value) in values)
            {
                await page.Locator($"[id='{name}']").FillAsync(value);
            }
        }
    }

    /// <summary>Sentences of two kinds, a thousand and a half documents.</summary>
    private static byte[] Text()
    {
        string[] things = ["river", "mountain", "garden", "lantern", "harbour", "violin", "orchard", "window"];
        string[] deeds = ["sings of", "remembers", "waits for", "dreams of", "looks at", "forgets", "follows", "paints"];
        var text = new StringBuilder();
        for (var i = 0; i < 1500; i++)
        {
            var words = Enumerable.Range(0, 40).Select(j => i % 3 == 0
                ? $"{(i * 7919 + (j * 104_729)) % 9973}"
                : $"the {things[((i * 31) + (j * 17)) % 8]} {deeds[((i * 13) + (j * 29)) % 8]} the {things[((i * 5) + (j * 11) + 3) % 8]}.");
            text.Append("{\"text\": \"").AppendJoin(' ', words).Append("\", \"domain\": \"").Append(i % 3 == 0 ? "numbers" : "tales").Append("\"}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private Task WaitFor(long run, RunStatus status) => Until(() => _site.Service<RunStore>().Find(run)!.Status == status, $"run {run} to be {status}");

    private Task WaitForStage(long run, string stage) => Until(() => _site.Service<RunStore>().Find(run)!.Stage == stage, $"run {run} to come to: {stage}");

    private async Task Until(Func<bool> condition, string what)
    {
        for (var i = 0; i < 600; i++)
        {
            if (condition())
            {
                return;
            }

            await Task.Delay(200);
        }

        var run = _site.Service<RunStore>().Find(1);
        Assert.Fail($"Waited for {what}; it is {run?.Status} at {run?.Stage}: {run?.Error}");
    }
}
