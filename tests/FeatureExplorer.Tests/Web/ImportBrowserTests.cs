using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Web.Imports;
using FeatureExplorer.Web.Operations;
using Microsoft.Playwright;

namespace FeatureExplorer.Tests.Web;

/// <summary>A model folder and a dictionary folder become pages, by one form in Chromium.</summary>
public sealed class ImportBrowserTests(Chromium chromium) : IClassFixture<Chromium>, IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [SkippableFact]
    public async Task Form_OfAModelAndItsDictionary_LeadsToFeaturesWithPages()
    {
        Skip.If(chromium.Browser is null, "Chromium is not installed.");
        Fill();
        await using var site = await AccountSite.Start(AccountSite.Patient with { Training = new TrainingOptions { ImportRoot = _root.Path } });
        AddText(site);
        using var visitor = await site.Visitor(Role.Admin);
        await using var context = await chromium.Browser!.NewContextAsync();
        await context.AddCookiesAsync(visitor.Cookies.GetAllCookies().Select(c => new Cookie { Name = c.Name, Value = c.Value, Url = site.Address.ToString() }));
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(site.Address, "/imports/new").ToString());
        await Assertions.Expect(page.Locator("[data-connected=true]")).ToBeVisibleAsync();

        // Files that lead out of the folder, or are not there, are refused by name.
        await page.Locator("#model-path").FillAsync("../secret");
        await page.Locator("#name").FillAsync("G");
        await page.GetByRole(AriaRole.Button, new() { Name = "Check the files" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("leads out of the server's import folder", new() { Timeout = 30_000 });

        // Files of the server, as paths.
        await page.Locator("#model-path").FillAsync("model");
        await page.GetByRole(AriaRole.Button, new() { Name = "Check the files" }).ClickAsync();
        await Assertions.Expect(page.Locator("[role=status]").Filter(new() { HasText = "What the files hold" })).ToContainTextAsync("GPT-2 from", new() { Timeout = 60_000 });
        await page.Locator("#model-path").FillAsync(string.Empty);

        // Files of the visitor: chosen one by one, then a folder. What each seems to be is filled in.
        await page.Locator("#import-files").SetInputFilesAsync([.. Directory.EnumerateFiles(Path.Combine(_root.Path, "model"))]);
        await page.Locator("#upload-name").FillAsync("small");
        await Upload(page, 3);
        await Assertions.Expect(page.Locator("#model-path")).ToHaveValueAsync("received:small", new() { Timeout = 60_000 });
        await page.Locator("#import-folder").SetInputFilesAsync(Path.Combine(_root.Path, "sae"));
        await Upload(page, SparseAutoencoder.Files.Count);
        await Assertions.Expect(page.Locator("#dictionary-path")).ToHaveValueAsync("received:sae", new() { Timeout = 60_000 });
        await page.Locator("#corpus").ClickAsync();
        await page.Locator(".mud-list-item").Filter(new() { HasText = "tiny" }).ClickAsync();
        await Assertions.Expect(page.Locator("#corpus")).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("tiny"), new() { Timeout = 30_000 });
        await Assertions.Expect(page.Locator(".mud-list-item")).ToHaveCountAsync(0, new() { Timeout = 30_000 });
        await page.GetByRole(AriaRole.Button, new() { Name = "Check the files" }).ClickAsync();
        await Assertions.Expect(page.Locator("[role=status]").Filter(new() { HasText = "What the files hold" })).ToContainTextAsync("GPT-2 from", new() { Timeout = 60_000 });
        await Assertions.Expect(page.GetByText("48 features of 64 inputs at mlp.post.0")).ToBeVisibleAsync(new() { Timeout = 30_000 });

        await page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true }).ClickAsync();
        await page.WaitForURLAsync("**/runs/1");
        var runs = site.Service<RunStore>();
        for (var i = 0; i < 3600 && runs.Find(1)!.Active; i++)
        {
            await Task.Delay(50);
        }

        Assert.True(runs.Find(1) is { Status: RunStatus.Finished, Kind: "import" }, runs.Find(1)!.Error);
        var dictionary = Assert.Single(site.Service<FeatureStore>().Dictionaries());
        Assert.Equal(("G/1", 48, "SAELens"), (dictionary.Id, dictionary.Features, dictionary.Origin!.Format));
        Assert.Contains("\"site\":\"mlp.post.0\"", await visitor.Client.GetStringAsync(new Uri("/api/v1", UriKind.Relative)), StringComparison.Ordinal);
        await page.GotoAsync(new Uri(site.Address, "/").ToString());
        await Assertions.Expect(page.GetByText("Imported from GPT-2:")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("48 features at mlp.post.0")).ToBeVisibleAsync();
        await page.GotoAsync(new Uri(site.Address, "/G/1/0").ToString());
        await Assertions.Expect(page.Locator("main h1")).ToBeVisibleAsync();
        await Delete(page, site, "small");
    }

    /// <summary>The run says that the files are still there; they are deleted, and what was made from them stays.</summary>
    private static async Task Delete(IPage page, AccountSite site, string name)
    {
        await page.GotoAsync(new Uri(site.Address, "/runs/1").ToString());
        await page.GetByRole(AriaRole.Link, new() { Name = "delete them" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-connected=true]")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = $"Delete {name}" }).ClickAsync();
        await page.Locator(".mud-dialog").GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator(".received li")).ToHaveCountAsync(1, new() { Timeout = 30_000 });
        Assert.Equal("sae", Assert.Single(site.Service<ReceivedFiles>().All()).Name);
        Assert.Single(site.Service<FeatureStore>().Dictionaries());
    }

    private static async Task Upload(IPage page, int files)
    {
        await Assertions.Expect(page.Locator(".chosen li")).ToHaveCountAsync(files, new() { Timeout = 30_000 });
        await page.GetByRole(AriaRole.Button, new() { Name = "Upload", Exact = true }).ClickAsync();
    }

    [Fact]
    public async Task Page_WithoutAFolderOfTheServer_TakesUploadsFromAdministratorsAlone()
    {
        await using var site = await AccountSite.Start(AccountSite.Patient with { Training = new TrainingOptions { Enabled = false } });
        using var admin = await site.Visitor(Role.Admin);
        var page = await admin.Page("/imports/new");
        Assert.NotNull(page.QuerySelector("#import-files"));
        Assert.DoesNotContain("import folder", page.QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        using var viewer = await site.Visitor(Role.Viewer);
        Assert.NotEqual(System.Net.HttpStatusCode.OK, await viewer.Status("/imports/new"));
    }

    private void Fill()
    {
        var finished = Path.Combine(_root.Path, "..", Path.GetFileName(_root.Path) + "-data");
        SmallRun.CopyFinished(finished);
        var folder = new DataFolder(finished);
        Copy(folder.Model("A"), "model", "config.json", "model.safetensors", "tokenizer.json");
        Copy(folder.Dictionary("A", "1"), "sae", [.. SparseAutoencoder.Files]);
        TemporaryFolder.Close(finished);
        Directory.Delete(finished, recursive: true);
    }

    private void Copy(string from, string name, params string[] files)
    {
        var to = Directory.CreateDirectory(Path.Combine(_root.Path, name)).FullName;
        foreach (var file in files)
        {
            File.Copy(Path.Combine(from, file), Path.Combine(to, file));
        }
    }

    private static void AddText(AccountSite site)
    {
        var source = Directory.CreateDirectory(site.Service<DataFolder>().Source("tiny")).FullName;
        File.WriteAllText(Path.Combine(source, "text.jsonl"), string.Concat(Enumerable.Range(0, 2500).Select(static i => $"{{\"text\": \"Line {i} of a text about chess, move {i * 37 % 64}.\"}}\n")));
        site.Service<CorpusStore>().TryAdd(new CorpusInfo
        {
            Name = "tiny",
            Origin = CorpusOrigin.Upload,
            From = "text.jsonl",
            Paths = ["sources/tiny/text.jsonl"],
            State = CorpusState.Ready,
            Message = string.Empty,
            AddedBy = "ada",
            Documents = 2500,
            TextBytes = 100_000,
            Domains = [],
            Preview = [],
            Problems = [],
            Created = DateTime.UtcNow,
        });
    }
}
