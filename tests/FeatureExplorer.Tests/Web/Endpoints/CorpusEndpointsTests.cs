using System.IO.Compression;
using System.Net;
using System.Text;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Web;
using FeatureExplorer.Web.Operations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
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
        using var deleted = await visitor.Post(Urls.Corpus("two-languages"), Urls.Corpus("two-languages") + "/delete");
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
        using var answer = await visitor.Post(Urls.NewCorpus, "/corpora/address", ("name", "fetched"), ("address", Address(files) + "/text.jsonl"));
        var corpus = await Settled(site, "fetched");
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
        var server = builder.Build();
        server.MapGet("/text.jsonl", () => Results.Text(Lines));
        server.MapGet("/redirect", () => Results.Redirect("/text.jsonl"));
        await server.StartAsync();
        return server;
    }

    private static string Address(WebApplication server) => server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
}
