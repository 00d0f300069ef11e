using System.Net;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security.Fetching;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FeatureExplorer.Tests.Web.Security.Fetching;

public sealed class SafeHttpClientTests : IAsyncLifetime, IDisposable
{
    // The one address of this machine that counts as public here.
    private static readonly IPAddress Public = IPAddress.Loopback;

    private readonly SafeHttpClient _client = new(new FetchOptions { MaxMegabytes = 0.01, TimeoutMinutes = 0.05 }, Public.Equals);
    private WebApplication? _server;
    private string _address = string.Empty;
    private int _port;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.MapGet("/file", () => Results.Text("tokens", "text/plain"));
        _server.MapGet("/redirect", (string to) => Results.Redirect(to));
        _server.MapGet("/loop", () => Results.Redirect("/loop"));
        _server.MapGet("/announced", () => Results.Bytes(new byte[20_000]));
        _server.MapGet("/endless", async (HttpContext context) =>
        {
            for (var i = 0; i < 1000 && !context.RequestAborted.IsCancellationRequested; i++)
            {
                await context.Response.Body.WriteAsync(new byte[1000]);
            }
        });
        _server.MapGet("/slow", async (HttpContext context) => await Task.Delay(TimeSpan.FromMinutes(1), context.RequestAborted));
        await _server.StartAsync();
        _address = _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        _port = new Uri(_address).Port;
    }

    [Fact]
    public async Task Download_OfAFile_GivesItsBytesAndProgress()
    {
        using var destination = new MemoryStream();
        var progress = new List<FetchProgress>();
        var result = await _client.Download(new Uri(_address + "/file"), destination, new Listener(progress));
        Assert.Equal("tokens"u8.ToArray(), destination.ToArray());
        Assert.Equal(new FetchResult(6, new Uri(_address + "/file"), "text/plain"), result);
        Assert.Equal(6, progress[^1].Bytes);
    }

    [Fact]
    public async Task Download_RedirectToAPermittedAddress_IsFollowed() =>
        Assert.Equal(new Uri(_address + "/file"), (await _client.Download(new Uri(_address + "/redirect?to=/file"), Stream.Null)).Address);

    [Theory]
    [InlineData("http://127.0.0.2:{port}/file")]
    [InlineData("http://localhost.localdomain:{port}/file")]
    [InlineData("http://[::1]:{port}/file")]
    [InlineData("http://10.0.0.1:{port}/file")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://2130706434:{port}/file")]
    public async Task Download_RedirectToAPrivateAddress_IsRefused(string to)
    {
        var target = to.Replace("{port}", $"{_port}", StringComparison.Ordinal);
        var e = await Assert.ThrowsAsync<IOException>(() => _client.Download(
            new Uri(_address + "/redirect?to=" + Uri.EscapeDataString(target)), Stream.Null));
        Assert.True(
            e.Message.Contains("private network", StringComparison.Ordinal) || to.Contains("localdomain", StringComparison.Ordinal), e.Message);
    }

    [Fact]
    public async Task Download_FromThisMachine_NeedsTheSetting()
    {
        using var strict = new SafeHttpClient(new FetchOptions());
        var e = await Assert.ThrowsAsync<IOException>(() => strict.Download(new Uri(_address + "/file"), Stream.Null));
        Assert.Contains("Fetch:AllowPrivateAddresses", e.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(() => strict.Download(new Uri($"http://localhost:{_port}/file"), Stream.Null));
        using var allowed = new SafeHttpClient(new FetchOptions { AllowPrivateAddresses = true });
        Assert.Equal(6, (await allowed.Download(new Uri(_address + "/file"), Stream.Null)).Bytes);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/file")]
    [InlineData("http://user:password@127.0.0.1/file")]
    public async Task Download_OfAnotherKindOfAddress_IsRefused(string address)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _client.Download(new Uri(address), Stream.Null));
        await Assert.ThrowsAsync<ArgumentException>(() => _client.Download(
            new Uri(_address + "/redirect?to=" + Uri.EscapeDataString(address)), Stream.Null));
    }

    [Theory]
    [InlineData("/announced", "larger than 0.01 MB")]
    [InlineData("/endless", "larger than 0.01 MB")]
    [InlineData("/slow", "took longer")]
    [InlineData("/loop", "redirects")]
    [InlineData("/nothing", "404")]
    public async Task Download_TooLargeSlowOrAbsent_SaysWhich(string path, string says)
    {
        var e = await Assert.ThrowsAsync<IOException>(() => _client.Download(new Uri(_address + path), Stream.Null));
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Download_Cancelled_IsNoError() => await Assert.ThrowsAnyAsync<OperationCanceledException>(
        () => _client.Download(new Uri(_address + "/file"), Stream.Null, cancellation: new CancellationToken(true)));

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("172.15.255.255", true)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.0", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("10.255.0.1", false)]
    [InlineData("127.9.9.9", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:0:1::", false)]
    [InlineData("2001:db8::1", false)]
    public void IsPublic_Address_TellsTheInternetFromTheRest(string address, bool expected) =>
        Assert.Equal(expected, PublicAddress.IsPublic(IPAddress.Parse(address)));

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    public void Dispose() => _client.Dispose();

    // Progress<T> would report later, on another thread.
    private sealed class Listener(List<FetchProgress> heard) : IProgress<FetchProgress>
    {
        public void Report(FetchProgress value) => heard.Add(value);
    }
}
