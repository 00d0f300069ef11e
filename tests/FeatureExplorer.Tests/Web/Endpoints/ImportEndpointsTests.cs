using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Web;
using FeatureExplorer.Web.Imports;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security;
using FeatureExplorer.Web.Security.Forms;

namespace FeatureExplorer.Tests.Web.Endpoints;

/// <summary>Files of models and dictionaries are sent over HTTP, by an administrator who may err or mean harm.</summary>
public sealed class ImportEndpointsTests(ImportEndpointsTests.Server server) : IClassFixture<ImportEndpointsTests.Server>
{
    private AccountSite Site => server.Accounts;

    private ReceivedFiles Received => Site.Service<ReceivedFiles>();

    [Fact]
    public async Task Upload_OfAFolder_IsStoredUnderItsName()
    {
        using var visitor = await Site.Visitor(Role.Admin);
        Assert.Equal("tiny", await Stored(visitor, string.Empty, ("tiny/config.json", "{\"model_type\": \"gpt2\"}"), ("tiny/deep/weights.npz", "abc")));
        var folder = Received.All().Single(static each => each.Name == "tiny");
        Assert.Equal((2, 25L, true), (folder.Files, folder.Bytes, folder.HoldsModel()));
        Assert.Equal("abc", await File.ReadAllTextAsync(Path.Combine(folder.Path, "deep", "weights.npz")));
        Assert.Equal(Path.Combine(folder.Path, "deep"), Received.Resolve("received:tiny/deep"));
        Assert.Throws<ArgumentException>(() => Received.Resolve("received:../runs"));
        Assert.Throws<ArgumentException>(() => Received.Resolve("received:"));

        // What is there is not overwritten: the same name once more gets a number.
        Assert.Equal("tiny-2", await Stored(visitor, "tiny", ("config.json", "{}")));
        Assert.Equal(2, Received.All().Single(static each => each.Name == "tiny").Files);
        Assert.False(Received.All().Single(static each => each.Name == "tiny-2").HoldsModel());

        Received.Delete(await Site.User(Role.Admin), "tiny");
        Assert.DoesNotContain(Received.All(), static each => each.Name == "tiny");
    }

    [Theory]
    [InlineData("../secret.txt", "begin with a dot")]
    [InlineData("/etc/passwd", "a part of it is empty")]
    [InlineData("a/../../secret.txt", "begin with a dot")]
    [InlineData("a\\b.txt", "it has the character \\")]
    [InlineData(".ssh/id", "begin with a dot")]
    public async Task Upload_NameThatLeadsElsewhere_IsRefusedAndLeavesNothing(string name, string says)
    {
        using var visitor = await Site.Visitor(Role.Admin);
        Assert.Contains(says, await Refused(visitor, "bad", ("config.json", "{}"), (name, "x")), StringComparison.Ordinal);
        AssertNothingOf("bad");
    }

    [Theory]
    [InlineData("a.npz", "a.npz")]
    [InlineData("a.npz", "A.npz")]
    [InlineData("a", "a/b.npz")]
    [InlineData("a/b.npz", "a")]
    public async Task Upload_TwoFilesAtOnePath_IsRefused(string one, string other)
    {
        using var visitor = await Site.Visitor(Role.Admin);
        Assert.Contains("Two of the files are to lie at", await Refused(visitor, "twice", (one, "1"), (other, "2")), StringComparison.Ordinal);
        AssertNothingOf("twice");
    }

    [Fact]
    public async Task Upload_TooLarge_IsRefusedByTheSettingAndLeavesNothing()
    {
        using var visitor = await Site.Visitor(Role.Admin);
        // A little too large is read and refused in a sentence, much too large before it is read.
        Assert.Contains("Fetch:MaxImportMegabytes allows more", await Refused(visitor, "large", ("a.npz", new string('x', 30_000)), ("b.npz", new string('x', 30_000))), StringComparison.Ordinal);
        using var answer = await Send(visitor, "large", ("a.npz", new string('x', 3_000_000)));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("Fetch:MaxImportMegabytes", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        AssertNothingOf("large");
    }

    [Fact]
    public async Task Upload_OfNothing_IsRefused()
    {
        using var visitor = await Site.Visitor(Role.Admin);
        Assert.Contains("There is no file in it", await Refused(visitor, "empty"), StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Post, ImportEndpoints.Upload) { Content = JsonContent.Create(new { name = "x" }) };
        request.Headers.Add(WriteProtection.Header, await visitor.Token(Urls.NewImport));
        using var answer = await visitor.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        AssertNothingOf("empty");
    }

    [Fact]
    public async Task Upload_WithoutTheRoleOrTheToken_IsRefused()
    {
        using var viewer = await Site.Visitor(Role.Viewer);
        using var refused = await Send(viewer, "mine", await viewer.Token("/account"), ("config.json", "{}"));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("Your account's role does not allow this.", (await Visitor.Parse(refused)).QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        viewer.Client.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        using var told = await Send(viewer, "mine", await viewer.Token("/account"), ("config.json", "{}"));
        Assert.Equal(HttpStatusCode.Forbidden, told.StatusCode);
        Assert.Contains("Your account's role does not allow this.", await Detail(told), StringComparison.Ordinal);
        using var admin = await Site.Visitor(Role.Admin);
        using var strange = await Send(admin, "mine", token: null, ("config.json", "{}"));
        Assert.Equal(HttpStatusCode.BadRequest, strange.StatusCode);
        var user = await Site.User(viewer);
        Assert.Throws<AccessDeniedException>(() => Received.Delete(user, "tiny"));
        Assert.Throws<AccessDeniedException>(() => Site.Service<ImportFetches>().Start(user, "mine", "https://example.org/config.json"));
        AssertNothingOf("mine");
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.npz\"\r\n\r\nabc", "The form ends within the file a.npz. Nothing was kept")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nbroken", "The form ends before its last part is whole. Nothing was kept")]
    [InlineData("multipart/form-data; boundary=b", "--c\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.npz\"\r\n\r\nabc\r\n--c--\r\n", "none begins with the boundary")]
    [InlineData("multipart/form-data; boundary=b", "", "none begins with the boundary")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nno colon here\r\n\r\nabc\r\n--b--\r\n", "headers that cannot be read")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Type: text/plain\r\n\r\nabc\r\n--b--\r\n", "no header Content-Disposition")]
    [InlineData("multipart/form-data", "abc", "with a boundary")]
    public async Task Upload_MalformedOrEndingEarly_IsRefusedInOurWordsAndLeavesNothing(string type, string body, string says)
    {
        using var visitor = await Site.Visitor(Role.Admin);
        using var request = new HttpRequestMessage(HttpMethod.Post, ImportEndpoints.Upload) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        request.Headers.Add(WriteProtection.Header, await visitor.Token(Urls.NewImport));
        using var answer = await visitor.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(says, await Detail(answer), StringComparison.Ordinal);
        AssertNothingOf("broken");
    }

    [Theory]
    [InlineData("my model/v2", "my-model-v2", "The files are stored as my-model-v2, not as \"my model/v2\"")]
    [InlineData("plain-name", "plain-name", null)]
    public async Task Upload_NameOfTheFolder_IsKeptOrItsChangeIsTold(string asked, string stored, string? note)
    {
        using var visitor = await Site.Visitor(Role.Admin);
        using var answer = await Send(visitor, asked, ("config.json", "{}"));
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(stored, json.GetProperty("stored").GetString());
        Assert.Equal(note is null, json.GetProperty("note").GetString() is null);
        Assert.StartsWith(note ?? string.Empty, json.GetProperty("note").GetString() ?? string.Empty, StringComparison.Ordinal);
        if (note is null)
        {
            using var again = await Send(visitor, asked, ("config.json", "{}"));
            Assert.Equal($"The files are stored as {stored}-2: there is a folder {stored} already.", (await again.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("note").GetString());
        }
    }

    [Theory]
    [InlineData("a%22b.npz", "%22 stands for a quotation mark")]
    [InlineData("a\uFFFDb.npz", "did not arrive as it was")]
    public async Task Upload_NameThatCannotBeKept_IsRefusedByName(string name, string says)
    {
        using var visitor = await Site.Visitor(Role.Admin);
        var token = await visitor.Token(Urls.NewImport);
        var body = $"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\nabc\r\n--b--\r\n";
        using var request = new HttpRequestMessage(HttpMethod.Post, ImportEndpoints.Upload) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");
        request.Headers.Add(WriteProtection.Header, token);
        using var answer = await visitor.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(says, await Detail(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_ThatIsCutOff_LeavesNothing()
    {
        using var visitor = await Site.Visitor(Role.Admin);
        var token = await visitor.Token(Urls.NewImport);
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(Site.Address.Host, Site.Address.Port);
            var part = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cut.npz\"\r\n\r\n" + new string('x', 20_000);
            var head = $"POST {ImportEndpoints.Upload} HTTP/1.1\r\nHost: {Site.Address.Authority}\r\nCookie: {visitor.Cookies.GetCookieHeader(Site.Address)}\r\n{WriteProtection.Header}: {token}\r\n"
                + "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 40000\r\n\r\n";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head + part));
            await Until(() => Partial().Any(static file => new FileInfo(file).Length > 0), "the file is being stored");
        }

        await Until(() => !Partial().Any(), "nothing is left of it");
        AssertNothingOf("cut");
        await Until(() => Site.Service<AuditStore>().Page(1, new AuditFilter(What: "import.upload")).Items.Any(static entry => entry.Outcome == AuditOutcome.Failed), "it is in the audit log");
    }

    [Fact]
    public async Task Delete_FilesThatARunNeeds_IsRefused()
    {
        using var visitor = await Site.Visitor(Role.Admin);
        var name = await Stored(visitor, "needed", ("ae.pt", "x"));
        var runs = Site.Service<RunStore>();
        var run = runs.Add("import", RunConfigurationJson.Write(RunConfiguration.Importing("Z", new ImportSettings { DictionaryPath = Received.Resolve("received:" + name) }, [])));
        var user = await Site.User(visitor);
        Assert.Contains($"Run {run.Id} reads", Assert.Throws<ArgumentException>(() => Received.Delete(user, name)).Message, StringComparison.Ordinal);
        Assert.Equal(name, Assert.Single(Received.Of(run)).Name);
        runs.Request(run.Id, RunMove.Cancel);
        Received.Delete(user, name);
        AssertNothingOf("needed");
    }

    private void AssertNothingOf(string name)
    {
        Assert.DoesNotContain(Received.All(), each => each.Name.StartsWith(name, StringComparison.Ordinal));
        Assert.Empty(Partial());
    }

    /// <summary>Files that are not whole yet.</summary>
    private IEnumerable<string> Partial()
    {
        var root = Site.Service<DataFolder>().Imports;
        return !Directory.Exists(root) ? [] : Directory.EnumerateDirectories(root, ".*").SelectMany(static folder => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories) : []);
    }

    private static async Task Until(Func<bool> holds, string what)
    {
        for (var i = 0; !Try(holds); i++)
        {
            Assert.True(i < 600, $"This does not come to hold: {what}.");
            await Task.Delay(50);
        }
    }

    // A folder may go while it is looked at.
    private static bool Try(Func<bool> holds)
    {
        try
        {
            return holds();
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<string> Stored(Visitor visitor, string name, params (string Path, string Text)[] files)
    {
        using var answer = await Send(visitor, name, files);
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, json.ToString());
        return json.GetProperty("stored").GetString()!;
    }

    private static async Task<string> Refused(Visitor visitor, string name, params (string Path, string Text)[] files)
    {
        using var answer = await Send(visitor, name, files);
        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        return await Detail(answer);
    }

    private static async Task<string> Detail(HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!;
    }

    private static async Task<HttpResponseMessage> Send(Visitor visitor, string name, params (string Path, string Text)[] files) =>
        await Send(visitor, name, await visitor.Token(Urls.NewImport), files);

    private static async Task<HttpResponseMessage> Send(Visitor visitor, string name, string? token, params (string Path, string Text)[] files)
    {
        using var content = new MultipartFormDataContent { { new StringContent(name), "name" } };
        foreach (var (path, text) in files)
        {
            content.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(text)), "file", path);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, ImportEndpoints.Upload) { Content = content };
        if (token is not null)
        {
            request.Headers.Add(WriteProtection.Header, token);
        }

        return await visitor.Client.SendAsync(request);
    }

    /// <summary>A server that takes little and trains nothing.</summary>
    public sealed class Server : IAsyncLifetime, IDisposable
    {
        public AccountSite Accounts { get; } = new(AccountSite.Patient with { Training = new TrainingOptions { Enabled = false }, Fetch = new FetchOptions { MaxImportMegabytes = 0.05 } });

        public Task InitializeAsync() => Accounts.InitializeAsync();

        public Task DisposeAsync() => Accounts.DisposeAsync();

        public void Dispose() => Accounts.Dispose();
    }
}
