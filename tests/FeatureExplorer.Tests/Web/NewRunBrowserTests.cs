using System.Text;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Web.Operations;
using Microsoft.Playwright;

namespace FeatureExplorer.Tests.Web;

/// <summary>New runs and corpora in Chromium: with the keyboard alone, after a reload, on a phone, and without a complaint in the console.</summary>
public sealed class NewRunBrowserTests(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime, IDisposable
{
    private readonly AccountSite _site = new(AccountSite.Patient with { Training = new TrainingOptions { Enabled = false } });
    private readonly List<string> _complaints = [];

    public Task InitializeAsync() => _site.InitializeAsync();

    public Task DisposeAsync() => _site.DisposeAsync();

    public void Dispose() => _site.Dispose();

    [SkippableFact]
    public async Task NewRun_ByKeyboardAlone_IsFilledInAndStarted()
    {
        var page = await Open("/runs/new?preset=demo");
        await Assertions.Expect(page.Locator("#estimate-time")).ToBeVisibleAsync();
        var before = await page.Locator("#estimate-time").TextContentAsync();
        await TabTo(page, "e => e.textContent.includes('Next: Model')");
        await page.Keyboard.PressAsync("Enter");
        await TabTo(page, "e => e.id === 'transformer.tokens'");
        await page.Keyboard.PressAsync("Control+a");
        await page.Keyboard.TypeAsync("3000000000");
        await Assertions.Expect(page.Locator("#estimate-time")).Not.ToHaveTextAsync(before!);
        await TabTo(page, "e => e.tagName === 'SUMMARY'");
        await page.Keyboard.PressAsync("Enter");
        await TabTo(page, "e => e.id === 'seed'");
        await page.Keyboard.PressAsync("Control+a");
        await page.Keyboard.TypeAsync("7");
        await TabTo(page, "e => e.textContent.includes('Next: Dictionaries')");
        await page.Keyboard.PressAsync("Enter");
        await TabTo(page, "e => e.id === 'dictionaries[0].variant'");
        await page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(page.Locator("[role=listbox]")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("[id='dictionaries[0].variant']")).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("april-2024"));
        await TabTo(page, "e => e.textContent.trim() === 'Start run'");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/runs/1");
        var run = RunConfigurationJson.Of(_site.Service<RunStore>().Find(1)!)!;
        Assert.Equal((3_000_000_000, 7UL, "april-2024"), (run.Transformer.Tokens, run.Seed, run.Dictionaries[0].Variant));
        Assert.Empty(_complaints);
    }

    [SkippableFact]
    public async Task NewRun_AfterAReload_KeepsWhatWasTypedAndItsAddress()
    {
        var page = await Open("/runs/new");
        await Assertions.Expect(page.Locator("#estimate-time")).ToBeVisibleAsync();
        await page.Locator("#heldOutTokens").FillAsync("abc");
        await page.GetByRole(AriaRole.Link, new() { Name = "demo", Exact = true }).ClickAsync();
        await page.WaitForURLAsync("**/runs/new?preset=demo");
        await Assertions.Expect(page.Locator("[id='transformer.vocabulary']")).ToHaveValueAsync("2048");
        await Assertions.Expect(page.Locator(".problems h2")).ToHaveTextAsync("Fix 1 setting");

        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#heldOutTokens")).ToHaveValueAsync("abc");
        await page.GetByRole(AriaRole.Tab, new() { Name = "Review" }).ClickAsync();
        await page.Locator(".problems a").ClickAsync();
        await Assertions.Expect(page.Locator("#heldOutTokens")).ToBeFocusedAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Discard draft" }).ClickAsync();
        await Assertions.Expect(page.Locator("#heldOutTokens")).ToHaveValueAsync("300000");
        Assert.Empty(_complaints);
    }

    [SkippableFact]
    public async Task NewRun_TypedInBeforeTheConnection_KeepsTextAndCursor()
    {
        var page = await Open("/corpora");
        var connect = new TaskCompletionSource();
        await page.RouteAsync("**/_framework/blazor.web*", async route =>
        {
            await connect.Task;
            await route.ContinueAsync();
        });
        await page.GotoAsync(new Uri(_site.Address, "/runs/new").ToString(), new() { WaitUntil = WaitUntilState.Commit });
        await page.Locator("#heldOutTokens").ClickAsync();
        await page.Keyboard.PressAsync("Control+a");
        await page.Keyboard.TypeAsync("abc");
        connect.SetResult();
        // The server has read it, too.
        await Assertions.Expect(page.Locator(".problems h2")).ToHaveTextAsync("Fix 1 setting");
        await page.Keyboard.TypeAsync("d");
        await Assertions.Expect(page.Locator("#heldOutTokens")).ToHaveValueAsync("abcd");
        Assert.Empty(_complaints);
    }

    [SkippableFact]
    public async Task Upload_SeveralFiles_ShowsItsPageAndIsDeletedAfterAQuestion()
    {
        var page = await Open("/corpora/new");
        // What is chosen before is gone with the first drawing.
        await page.Locator("[data-connected]").WaitForAsync();
        await page.Locator("#file").SetInputFilesAsync([File("a.jsonl", "{\"text\": \"un deux\", \"domain\": \"french\"}\n"), File("empty.txt", string.Empty)]);
        await Assertions.Expect(page.Locator("main [role=alert]")).ToContainTextAsync("empty.txt is empty");
        await page.Locator("#file").SetInputFilesAsync([File("a.jsonl", "{\"text\": \"un deux\", \"domain\": \"french\"}\n"), File("b.txt", "three")]);
        await Assertions.Expect(page.Locator("main [role=alert]")).ToHaveCountAsync(0);
        await page.Locator("#upload-name").FillAsync("tales");
        await page.GetByRole(AriaRole.Button, new() { Name = "Upload" }).ClickAsync();
        await page.WaitForURLAsync("**/corpora/tales");
        await Assertions.Expect(page.Locator("dl.tiles")).ToContainTextAsync("Documents2");
        await Assertions.Expect(page.Locator("#domains .bars .point")).ToHaveCountAsync(1);

        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync("Delete tales?");
        await Chromium.Until(page, "document.activeElement.closest('[role=dialog]') !== null");
        // The dialog listens to keys a moment after it has the focus.
        for (var i = 0; i < 20 && await dialog.CountAsync() > 0; i++)
        {
            await page.Keyboard.PressAsync("Escape");
            await Task.Delay(250);
        }

        await Assertions.Expect(dialog).ToHaveCountAsync(0);
        Assert.NotNull(_site.Service<CorpusStore>().Find("tales"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.WaitForURLAsync("**/corpora");
        Assert.Null(_site.Service<CorpusStore>().Find("tales"));
        Assert.Empty(_complaints);
    }

    [SkippableFact]
    public async Task WithoutScript_Upload_IsAPlainForm()
    {
        var page = await Open("/corpora/new", script: false);
        await page.Locator("#upload-name").FillAsync("plain");
        await page.Locator("#file").SetInputFilesAsync([File("a.txt", "one"), File("b.txt", "two")]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Upload" }).ClickAsync();
        await page.WaitForURLAsync("**/corpora/plain");
        Assert.Equal(2, _site.Service<CorpusStore>().Find("plain")!.Paths.Count);
    }

    private static FilePayload File(string name, string text) => new() { Name = name, MimeType = "text/plain", Buffer = Encoding.UTF8.GetBytes(text) };

    /// <summary>Presses Tab until the element is reached.</summary>
    private static async Task TabTo(IPage page, string isIt)
    {
        for (var i = 0; i < 60; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<bool>($"({isIt})(document.activeElement)"))
            {
                return;
            }
        }

        Assert.Fail($"Tab did not lead to: {isIt}");
    }

    private async Task<IPage> Open(string url, int width = 1400, bool script = true)
    {
        Skip.If(chromium.Browser is null, "Chromium is not installed.");
        using var administrator = await _site.Visitor(Role.Admin);
        var context = await chromium.Browser!.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = 900 }, JavaScriptEnabled = script });
        await context.AddCookiesAsync(administrator.Cookies.GetAllCookies().Select(c => new Cookie { Name = c.Name, Value = c.Value, Url = _site.Address.ToString() }));
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(60_000);
        // Violations of the content security policy come this way, too.
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => _complaints.Add(error);
        await page.GotoAsync(new Uri(_site.Address, url).ToString());
        return page;
    }
}
