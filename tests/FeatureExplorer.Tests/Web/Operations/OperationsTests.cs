using System.Net;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace FeatureExplorer.Tests.Web.Operations;

public sealed class OperationsTests
{
    [Fact]
    public void ServerLock_TakenTwice_RefusesTheSecondAndNamesTheFolder()
    {
        using var folder = new TemporaryFolder();
        using (ServerLock.Take(folder.Path))
        {
            var e = Assert.Throws<IOException>(() => ServerLock.Take(folder.Path));
            Assert.Contains(folder.Path, e.Message, StringComparison.Ordinal);
            Assert.Contains("--data", e.Message, StringComparison.Ordinal);
        }

        ServerLock.Take(folder.Path).Dispose();
    }

    [Fact]
    public async Task DiskNearlyFull_IsToldOnEveryPageAndToTheWatcher()
    {
        using var site = await AccountSite.Start(AccountSite.Patient with { Disk = new DiskOptions { MinimumFreeMegabytes = 1e12 } });
        using var visitor = site.Visitor();
        Assert.Contains("nearly full", (await visitor.Page("/about")).QuerySelector("[role=alert]")!.TextContent, StringComparison.Ordinal);
        using var ready = await visitor.Get("/healthz/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("disk", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await visitor.Status("/healthz/live"));
        await site.DisposeAsync();
    }

    [Theory]
    [InlineData(28, true)]
    [InlineData(unchecked((int)0x80070070), true)]
    [InlineData(2, false)]
    public void FullDisk_IsRecognised(int code, bool expected) =>
        Assert.Equal(expected, Failures.IsFullDisk(new InvalidOperationException("outer", new IOException("x", code))));

    [Theory]
    [InlineData("", "127.0.0.1")]
    [InlineData("127.0.0.0/8", "203.0.113.7")]
    [InlineData("10.1.2.3", "127.0.0.1")]
    public async Task ForwardedAddress_IsBelievedFromTrustedProxiesOnly(string trusted, string expected)
    {
        using var site = await AccountSite.Start(AccountSite.Patient with { Proxy = new ProxyOptions { Trusted = trusted } });
        using var visitor = site.Visitor();
        visitor.Client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");
        using var answer = await visitor.SignIn("nobody", "wrong");
        var entry = site.Service<FeatureExplorer.Storage.Accounts.AuditStore>().Page(1).Items[0];
        Assert.Equal(expected, entry.Address);
        await site.DisposeAsync();
    }

    [Theory]
    [InlineData("https", true)]
    [InlineData("HTTPS", true)]
    [InlineData("http", false)]
    [InlineData("javascript", false)]
    [InlineData("ftp", false)]
    [InlineData("javascript, https", true)]
    public async Task ForwardedScheme_OtherThanHttpAndHttps_IsIgnored(string scheme, bool secure)
    {
        using var site = await AccountSite.Start(AccountSite.Patient with { Proxy = new ProxyOptions { Trusted = "127.0.0.1" } }, app =>
            app.MapGet("/test/scheme", (HttpContext context) => context.Request.Scheme));
        using var visitor = site.Visitor();
        visitor.Client.DefaultRequestHeaders.Add("X-Forwarded-Proto", scheme);
        Assert.Equal(secure ? "https" : "http", await visitor.Client.GetStringAsync(new Uri("/test/scheme", UriKind.Relative)), ignoreCase: true);
        using var page = await visitor.Get("/login");
        var cookie = page.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("featureexplorer-form=", StringComparison.Ordinal));
        Assert.Equal(secure, cookie.Contains("; secure", StringComparison.OrdinalIgnoreCase));
        await site.DisposeAsync();
    }

    [Fact]
    public async Task Keys_LieInTheDataFolderForItsOwnerAlone()
    {
        using var site = await AccountSite.Start(AccountSite.Patient);
        using var visitor = site.Visitor();
        await visitor.Token();
        var keys = new DirectoryInfo(Path.Combine(site.Folder, "keys"));
        Assert.NotEmpty(keys.GetFiles("*.xml"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, keys.UnixFileMode);
        }

        await site.DisposeAsync();
    }
}
