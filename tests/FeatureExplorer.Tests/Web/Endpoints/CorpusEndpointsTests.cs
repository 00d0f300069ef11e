using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Web;
using FeatureExplorer.Web.Corpora;
using FeatureExplorer.Web.Operations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FeatureExplorer.Tests.Web.Endpoints;

/// <summary>Corpora are added over HTTP, by an administrator who may err or mean harm.</summary>
public sealed class CorpusEndpointsTests : IDisposable
{
    private const string Lines =
        "{\"text\": \"un deux trois\", \"domain\": \"french\"}\n{\"text\": \"quatre\", \"domain\": \"french\"}\n{\"text\": \"one two\", \"domain\": \"english\"}\n";

    private readonly TemporaryFolder _outside = new();
    private readonly string _root;

    public CorpusEndpointsTests()
    {
        _root = Path.Combine(_outside.Path, "root");
        Directory.CreateDirectory(Path.Combine(_root, "books"));
        File.WriteAllText(Path.Combine(_root, "books", "one.jsonl"), Lines);
        File.WriteAllText(Path.Combine(_outside.Path, "secret.txt"), "secret");
    }

    [Fact]
    public async Task Upload_LargerThanTheSetting_IsRefusedByNameAndLeavesNothing()
    {
        await using var site = await Start(new FetchOptions { MaxMegabytes = 0.01 });
        using var visitor = await site.Visitor(Role.Admin);
        using var answer = await Upload(visitor, "large", 20_000);
        Assert.Contains("text.txt is larger than", await Problem(visitor, answer), StringComparison.Ordinal);
        await AssertLeftNothing(site, visitor);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Upload_MuchLargerThanTheSetting_IsRefusedAndLeavesNothing(bool tellsItsLength)
    {
        await using var site = await Start(new FetchOptions { MaxMegabytes = 0.01 });
        using var visitor = await site.Visitor(Role.Admin);
        using var answer = await Upload(visitor, "large", 2_000_000, tellsItsLength);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("Fetch:MaxMegabytes", (await Visitor.Parse(answer)).QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        await AssertLeftNothing(site, visitor);
    }

    private static async Task AssertLeftNothing(AccountSite site, Visitor visitor)
    {
        Assert.Empty(site.Service<CorpusStore>().All());
        Assert.False(Directory.Exists(site.Service<DataFolder>().Source("large")));

        // The name is still free, and what is small enough arrives.
        using var small = await Upload(visitor, "large", 5_000);
        Assert.Equal(Urls.Corpus("large"), small.Headers.Location?.OriginalString);
        Assert.Equal(1, (await Read(site, "large")).Documents);
    }

    [SkippableTheory]
    [InlineData("..", "leads out")]
    [InlineData("../secret.txt", "leads out")]
    [InlineData("books/../../secret.txt", "leads out")]
    [InlineData("/etc/passwd", "must be a path below")]
    [InlineData("link", "leads out")]
    [InlineData("innocent", "leads out")]
    [InlineData("missing", "There is no")]
    public async Task Folder_OutsideTheRoot_IsRefused(string path, string says)
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        File.CreateSymbolicLink(Path.Combine(_root, "link"), Path.Combine(_outside.Path, "secret.txt"));
        Directory.CreateDirectory(Path.Combine(_root, "innocent"));
        Directory.CreateSymbolicLink(Path.Combine(_root, "innocent", "deep"), _outside.Path);
        await using var site = await Start(new FetchOptions());
        using var visitor = await site.Visitor(Role.Admin);
        using var answer = await visitor.Post(Urls.NewCorpus, "/corpora/folder", ("name", "stolen"), ("path", path));
        Assert.Contains(says, await Problem(visitor, answer), StringComparison.Ordinal);
        Assert.Empty(site.Service<CorpusStore>().All());
    }

    [Fact]
    public async Task Folder_BelowTheRoot_IsReadWithItsDomains()
    {
        await using var site = await Start(new FetchOptions());
        using var visitor = await site.Visitor(Role.Admin);
        using var answer = await visitor.Post(Urls.NewCorpus, "/corpora/folder", ("name", "two-languages"), ("path", "books"));
        Assert.Equal(Urls.Corpus("two-languages"), answer.Headers.Location?.OriginalString);
        AssertIsTwoLanguages(await Read(site, "two-languages"));
        var page = await visitor.Page(Urls.Corpus("two-languages"));
        Assert.Contains("french", page.QuerySelector("main")!.TextContent, StringComparison.Ordinal);

        // Deleting the corpus leaves the server's own folder alone.
        await site.Service<CorpusLibrary>().Delete(await site.User(Role.Admin), "two-languages");
        Assert.Empty(site.Service<CorpusStore>().All());
        Assert.True(File.Exists(Path.Combine(_root, "books", "one.jsonl")));
    }

    [Theory]
    [InlineData("books", "already")]
    [InlineData("Books", "capital letters")]
    public async Task Folder_NameThatIsTaken_IsRefusedWithOneThatIsFree(string name, string why)
    {
        await using var site = await Start(new FetchOptions());
        using var visitor = await site.Visitor(Role.Admin);
        using var first = await visitor.Post(Urls.NewCorpus, "/corpora/folder", ("name", "books"), ("path", "books"));
        var corpus = await Read(site, "books");

        using var second = await visitor.Post(Urls.NewCorpus, "/corpora/folder", ("name", name), ("path", "books"));

        var problem = await Problem(visitor, second);
        Assert.Contains(why, problem, StringComparison.Ordinal);
        Assert.Contains($"{name}-2 is free", problem, StringComparison.Ordinal);
        Assert.Equal(corpus.Created, Assert.Single(site.Service<CorpusStore>().All()).Created);
    }

    [Fact]
    public async Task Upload_SeveralFiles_AreOneCorpus()
    {
        await using var site = await Start(new FetchOptions());
        using var visitor = await site.Visitor(Role.Admin);
        using var answer = await Send(visitor, "several", json: false, ("lines.jsonl", Lines), ("a b.txt", "three"), ("LINES.jsonl", Lines));
        Assert.Equal(Urls.Corpus("several"), answer.Headers.Location?.OriginalString);
        var corpus = await Read(site, "several");
        Assert.Equal((7, "lines.jsonl and 2 other files"), (corpus.Documents, corpus.From));
        Assert.Equal(["lines.jsonl", "a_b.txt", "2-LINES.jsonl"], corpus.Paths.Select(Path.GetFileName));
        Assert.Equal([("french", 4), ("english", 2)], corpus.Domains.Select(d => (d.Name, d.Documents)));
    }

    [Fact]
    public async Task Upload_ByScript_IsAnsweredWithTheAddressOrTheProblem()
    {
        await using var site = await Start(new FetchOptions { MaxMegabytes = 0.01 });
        using var visitor = await site.Visitor(Role.Admin);
        using var first = await Send(visitor, "several", json: true, ("a.txt", "one"), ("b.txt", "two"));
        Assert.Equal("/corpora/several", (await first.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("address").GetString());
        (string Name, (string, string)[] Files, string Says)[] wrong =
        [
            ("several", [("a.txt", "one")], "several-2 is free"),
            ("a b", [("a.txt", "one")], "\"a b\" is part of addresses"),
            ("empty", [("a.txt", "one"), ("b.txt", string.Empty)], "b.txt is empty"),
            ("nothing", [], "Choose a file"),
            ("large", [("a.txt", new string('x', 6000)), ("b.txt", new string('x', 6000))], "The 2 files together are larger than 10 kB; the setting Fetch:MaxMegabytes allows more."),
            ("many", [.. Enumerable.Range(0, SentFile.MostFiles + 1).Select(i => ($"{i}.txt", "x"))], "There are 201 files, and 200 may be sent at once"),
        ];
        foreach (var (name, files, says) in wrong)
        {
            using var answer = await Send(visitor, name, json: true, files);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains(says, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal("several", Assert.Single(site.Service<CorpusStore>().All()).Name);
        Assert.Equal(["several"], Directory.GetDirectories(Path.GetDirectoryName(site.Service<DataFolder>().Source("x"))!).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Problems_OfAnUpload_DoNotTellWhereTheServerKeepsIt()
    {
        await using var site = await Start(new FetchOptions());
        using var visitor = await site.Visitor(Role.Admin);
        using var answer = await Send(visitor, "broken", json: false, ("lines.jsonl", Lines + "{broken\n"));
        var problem = Assert.Single((await Read(site, "broken")).Problems);
        Assert.StartsWith("lines.jsonl, line 4: ", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_WhileItIsFetched_StopsAndLeavesNothing()
    {
        await using var files = await FileServer();
        await using var site = await Start(new FetchOptions { AllowPrivateAddresses = true });
        using var visitor = await site.Visitor(Role.Admin);
        using var answer = await visitor.Post(Urls.NewCorpus, "/corpora/address", ("name", "endless"), ("address", Address(files) + "/endless.txt"));
        var file = Path.Combine(site.Service<DataFolder>().Source("endless"), "endless.txt");
        for (var i = 0; i < 600 && !(File.Exists(file) && new FileInfo(file).Length > 0); i++)
        {
            await Task.Delay(50);
        }

        Assert.Equal(CorpusState.Preparing, site.Service<CorpusStore>().Find("endless")!.State);
        await site.Service<CorpusLibrary>().Delete(await site.User(Role.Admin), "endless");
        Assert.Empty(site.Service<CorpusStore>().All());
        Assert.False(Directory.Exists(site.Service<DataFolder>().Source("endless")));

        // The name is free at once.
        using var again = await Send(visitor, "endless", json: false, ("a.txt", "one"));
        Assert.Equal(1, (await Read(site, "endless")).Documents);
    }

    [Fact]
    public async Task Chart_OfDomains_HasABarForEach()
    {
        await using var site = await Start(new FetchOptions());
        using var visitor = await site.Visitor(Role.Admin);
        using var answer = await Send(visitor, "two", json: false, ("lines.jsonl", Lines.Replace("english", "<b>2020</b>", StringComparison.Ordinal)));
        await Read(site, "two");
        using var stranger = site.Visitor();
        var chart = await stranger.Client.GetFromJsonAsync<JsonElement>(new Uri("/charts/corpora/two", UriKind.Relative));
        var bars = chart.GetProperty("data")[0];
        Assert.Equal(("bar", "h"), (bars.GetProperty("type").GetString(), bars.GetProperty("orientation").GetString()));
        Assert.Equal(["french", "&lt;b>2020&lt;/b>"], bars.GetProperty("y").EnumerateArray().Select(y => y.GetString()));
        Assert.Equal([19e-6, 7e-6], bars.GetProperty("x").EnumerateArray().Select(x => x.GetDouble()));
        Assert.Equal(HttpStatusCode.NotFound, await stranger.Status("/charts/corpora/none"));
    }

    [Fact]
    public async Task Upload_DamagedGzip_KeepsItsLinesAndSaysSo()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(Lines));
        }

        var file = packed.ToArray();
        file[^8] ^= 1;
        await using var site = await Start(new FetchOptions());
        using var visitor = await site.Visitor(Role.Admin);
        using var answer = await Upload(visitor, "damaged", "lines.jsonl.gz", file);
        AssertIsTwoLanguages(await Read(site, "damaged"));
        Assert.Contains("its checksum does not match", (await visitor.Page(Urls.Corpus("damaged"))).QuerySelector("main")!.TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bomb.txt.gz")]
    [InlineData("bomb.txt")]
    public async Task Upload_Bomb_IsRefusedWhateverItsName(string file)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(new byte[64 << 20]);
        }

        await using var site = await Start(new FetchOptions());
        using var visitor = await site.Visitor(Role.Admin);
        using var answer = await Upload(visitor, "bomb", file, packed.ToArray());
        var corpus = await Settled(site, "bomb");
        Assert.Equal(CorpusState.Failed, corpus.State);
        Assert.Contains("Fetch:MaxCompressionRatio", corpus.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Folder_WithFilesThatAreNotRead_NamesThemOnItsPage()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        var books = Path.Combine(_root, "books");
        await File.WriteAllTextAsync(Path.Combine(books, "README"), "x");
        await File.WriteAllTextAsync(Path.Combine(books, "data.parquet"), "x");
        Directory.CreateSymbolicLink(Path.Combine(books, "up"), "..");
        Directory.CreateSymbolicLink(Path.Combine(books, "round"), "round");
        File.CreateSymbolicLink(Path.Combine(books, "gone.txt"), "missing.txt");
        await using var site = await Start(new FetchOptions());
        using var visitor = await site.Visitor(Role.Admin);
        using var answer = await visitor.Post(Urls.NewCorpus, "/corpora/folder", ("name", "mixed"), ("path", "books"));
        AssertIsTwoLanguages(await Read(site, "mixed"));
        var page = (await visitor.Page(Urls.Corpus("mixed"))).QuerySelector("main")!.TextContent;
        Assert.Contains("files without an extension are not read: 1 (README)", page, StringComparison.Ordinal);
        Assert.Contains("files of kind .parquet are not read: 1 (data.parquet)", page, StringComparison.Ordinal);
        Assert.Contains("gone.txt: is a link that leads nowhere", page, StringComparison.Ordinal);
        Assert.Contains("round: is a link that leads in a circle", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_WithoutTheSetting_IsRefused()
    {
        await using var site = await AccountSite.Start(AccountSite.Patient);
        using var visitor = await site.Visitor(Role.Admin);
        var token = await visitor.Token(Urls.NewCorpus);
        using var content = new FormUrlEncodedContent(
            new Dictionary<string, string> { ["__RequestVerificationToken"] = token, ["name"] = "all", ["path"] = "." });
        using var answer = await visitor.Client.PostAsync(new Uri("/corpora/folder", UriKind.Relative), content);
        Assert.Contains("Training:CorpusRoot", await Problem(visitor, answer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/text.jsonl")]
    [InlineData("/redirect")]
    public async Task Address_OfAPrivateServerThatIsAllowed_IsFetchedAndRead(string path)
    {
        await using var files = await FileServer();
        await using var site = await Start(new FetchOptions { AllowPrivateAddresses = true });
        using var visitor = await site.Visitor(Role.Admin);
        using var answer = await visitor.Post(Urls.NewCorpus, "/corpora/address", ("name", "fetched"), ("address", Address(files) + path));
        Assert.Equal(Urls.Corpus("fetched"), answer.Headers.Location?.OriginalString);
        if (path == "/redirect")
        {
            // The name in the address that was typed says what the file is: without its extension it is plain text.
            Assert.Equal(1, (await Read(site, "fetched")).Documents);
            return;
        }

        AssertIsTwoLanguages(await Read(site, "fetched"));
    }

    [Fact]
    public async Task Address_OfAPrivateServer_IsRefusedAndLeavesNothing()
    {
        await using var files = await FileServer();
        await using var site = await Start(new FetchOptions());
        using var visitor = await site.Visitor(Role.Admin);
        using var answer = await visitor.Post(Urls.NewCorpus, "/corpora/address", ("name", "fetched"), ("address", Address(files) + "/text\u202e.jsonl"));
        var corpus = await Settled(site, "fetched");
        var entry = site.Service<AuditStore>().Page(1, new AuditFilter(What: "corpus.add")).Items.Single();
        Assert.Equal((AuditOutcome.Failed, "fetched"), (entry.Outcome, entry.Subject));
        Assert.Contains("/text\\u{202e}.jsonl: ", entry.Detail, StringComparison.Ordinal);
        Assert.Contains("private network", entry.Detail, StringComparison.Ordinal);
        Assert.Equal(CorpusState.Failed, corpus.State);
        Assert.Contains("Fetch:AllowPrivateAddresses", corpus.Message, StringComparison.Ordinal);
        var folder = site.Service<DataFolder>().Source("fetched");
        Assert.True(!Directory.Exists(folder) || Directory.GetFiles(folder).Sum(f => new FileInfo(f).Length) == 0);
        Assert.Contains("private network", (await visitor.Page(Urls.Corpus("fetched"))).QuerySelector("main")!.TextContent, StringComparison.Ordinal);
    }

    public void Dispose() => _outside.Dispose();

    private static void AssertIsTwoLanguages(CorpusInfo corpus)
    {
        Assert.Equal((CorpusState.Ready, string.Empty, 3), (corpus.State, corpus.Message, corpus.Documents));
        Assert.Equal([("french", 2, 19L), ("english", 1, 7L)], corpus.Domains.Select(d => (d.Name, d.Documents, d.TextBytes)));
        Assert.Equal("un deux trois", corpus.Preview[0].Text);
    }

    private Task<AccountSite> Start(FetchOptions fetch) =>
        AccountSite.Start(AccountSite.Patient with { Fetch = fetch, Training = new TrainingOptions { CorpusRoot = _root } });

    private static async Task<HttpResponseMessage> Upload(Visitor visitor, string name, int bytes, bool tellsItsLength = true)
    {
        using var content = new MultipartFormDataContent
        {
            { new StringContent(await visitor.Token(Urls.NewCorpus)), "__RequestVerificationToken" },
            { new StringContent(name), "name" },
            { new ByteArrayContent(Encoding.ASCII.GetBytes(new string('x', bytes))), "file", "text.txt" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/corpora/upload") { Content = content };
        request.Headers.TransferEncodingChunked = !tellsItsLength;
        return await visitor.Client.SendAsync(request);
    }

    private static async Task<HttpResponseMessage> Upload(Visitor visitor, string name, string file, byte[] bytes)
    {
        using var content = new MultipartFormDataContent
        {
            { new StringContent(await visitor.Token(Urls.NewCorpus)), "__RequestVerificationToken" },
            { new StringContent(name), "name" },
            { new ByteArrayContent(bytes), "file", file },
        };
        return await visitor.Client.PostAsync(new Uri("/corpora/upload", UriKind.Relative), content);
    }

    private static async Task<HttpResponseMessage> Send(Visitor visitor, string name, bool json, params (string Name, string Text)[] files)
    {
        using var content = new MultipartFormDataContent { { new StringContent(await visitor.Token(Urls.NewCorpus)), "__RequestVerificationToken" }, { new StringContent(name), "name" } };
        foreach (var (file, text) in files)
        {
            content.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(text)), "file", file);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, "/corpora/upload") { Content = content };
        request.Headers.Accept.ParseAdd(json ? "application/json" : "text/html");
        return await visitor.Client.SendAsync(request);
    }

    private static async Task<string> Problem(Visitor visitor, HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var page = await visitor.Page(answer.Headers.Location!.OriginalString);
        return page.QuerySelector("[role=alert]")!.TextContent;
    }

    private static async Task<CorpusInfo> Read(AccountSite site, string name)
    {
        var corpus = await Settled(site, name);
        Assert.True(corpus.State == CorpusState.Ready, corpus.Message);
        return corpus;
    }

    private static async Task<CorpusInfo> Settled(AccountSite site, string name)
    {
        for (var i = 0; i < 600 && site.Service<CorpusStore>().Find(name) is { State: CorpusState.Preparing }; i++)
        {
            await Task.Delay(50);
        }

        return site.Service<CorpusStore>().Find(name)!;
    }

    private static async Task<WebApplication> FileServer()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.Zero);
        var server = builder.Build();
        server.MapGet("/text.jsonl", () => Results.Text(Lines));
        server.MapGet("/endless.txt", async (HttpContext http) =>
        {
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.WriteAsync(string.Concat(Enumerable.Repeat("more and more ", 10_000)));
                await http.Response.Body.FlushAsync();
                await Task.Delay(20);
            }
        });
        server.MapGet("/redirect", () => Results.Redirect("/text.jsonl"));
        await server.StartAsync();
        return server;
    }

    private static string Address(WebApplication server) => server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
}
