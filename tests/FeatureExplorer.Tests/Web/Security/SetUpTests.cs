using System.Net;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Web.Security;

namespace FeatureExplorer.Tests.Web.Security;

public sealed class SetUpTests : IAsyncLifetime, IDisposable
{
    private readonly AccountSite _site = new();

    public Task InitializeAsync() => _site.InitializeAsync();

    public Task DisposeAsync() => _site.DisposeAsync();

    public void Dispose() => _site.Dispose();

    [Fact]
    public async Task SetUp_RightToken_MakesAnAdministratorOnce()
    {
        var token = _site.Service<SetupToken>().Issue()!;
        using var visitor = _site.Visitor();
        using var answer = await SetUp(visitor, token.ToUpperInvariant());
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await visitor.Status("/accounts"));
        Assert.Equal(Role.Admin, _site.Find("ada").Role);

        Assert.Equal(HttpStatusCode.NotFound, await visitor.Status("/setup"));
        Assert.False(_site.Service<SetupToken>().Matches(token));
        Assert.Null(_site.Service<SetupToken>().Issue());
    }

    [Fact]
    public async Task SetUp_WrongToken_MakesNothing()
    {
        using var visitor = _site.Visitor();
        Assert.Contains("not the token", await Problem(await SetUp(visitor, "abcde-abcde-abcde-abcde")), StringComparison.Ordinal);
        _site.Service<SetupToken>().Issue();
        Assert.Contains("not the token", await Problem(await SetUp(visitor, "abcde-abcde-abcde-abcde")), StringComparison.Ordinal);
        Assert.Empty(_site.Service<AccountStore>().All());
    }

    [Fact]
    public async Task SetUp_TokenOfAnEarlierStart_IsRefused()
    {
        var earlier = _site.Service<SetupToken>().Issue()!;
        Assert.NotEqual(earlier, _site.Service<SetupToken>().Issue());
        using var visitor = _site.Visitor();
        Assert.Contains("not the token", await Problem(await SetUp(visitor, earlier)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("short", "short", "12 characters")]
    [InlineData("four unrelated words", "four unrelated wards", "not the same")]
    [InlineData("aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "different characters")]
    public async Task SetUp_BadPassword_SaysWhyAndKeepsTheToken(string password, string again, string says)
    {
        var token = _site.Service<SetupToken>().Issue()!;
        using var visitor = _site.Visitor();
        Assert.Contains(says, await Problem(await SetUp(visitor, token, password, again)), StringComparison.Ordinal);
        Assert.True(_site.Service<SetupToken>().Matches(token));
    }

    [Fact]
    public async Task SetUp_TwoAtOnce_MakeOneAdministrator()
    {
        var token = _site.Service<SetupToken>().Issue()!;
        using var one = _site.Visitor();
        using var other = _site.Visitor();
        await Task.WhenAll(SetUp(one, token, name: "ada"), SetUp(other, token, name: "grace"));
        Assert.Single(_site.Service<AccountStore>().All());
    }

    [Fact]
    public void Token_InTheDataFolder_IsHashed()
    {
        var token = _site.Service<SetupToken>().Issue()!;
        var stored = File.ReadAllText(Path.Combine(_site.Folder, "setup-token"));
        Assert.Equal(64, stored.Length);
        Assert.DoesNotContain(token[..5], stored, StringComparison.OrdinalIgnoreCase);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_site.Folder, "setup-token")));
        }
    }

    private static Task<HttpResponseMessage> SetUp(
        Visitor visitor, string token, string password = AccountSite.Password, string again = AccountSite.Password, string name = "ada") =>
        visitor.Post("/setup", "set-up", ("Token", token), ("UserName", name), ("NewPassword", password), ("Again", again));

    private static async Task<string> Problem(HttpResponseMessage answer)
    {
        using (answer)
        {
            return (await Visitor.Parse(answer)).QuerySelector("[role=alert]")?.TextContent ?? $"no problem: {answer.StatusCode}";
        }
    }
}
