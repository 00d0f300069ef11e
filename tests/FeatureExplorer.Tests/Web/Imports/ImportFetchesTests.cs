using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Tests.Web.Security.Fetching;
using FeatureExplorer.Web.Imports;
using FeatureExplorer.Web.Operations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FeatureExplorer.Tests.Web.Imports;

/// <summary>Files are fetched from a server of the test's own, whose address is a private one.</summary>
public sealed class ImportFetchesTests : IAsyncLifetime
{
    private readonly WebApplication _files = Files();

    private string Address => _files.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public Task InitializeAsync() => _files.StartAsync();

    public async Task DisposeAsync() => await _files.DisposeAsync();

    [Fact]
    public async Task Start_AddressesOfAPrivateNetwork_AreRefusedAndLeaveNothing()
    {
        await using var site = await Start(allowed: false);
        var fetch = await Ended(site, $"{Address}/repo/config.json");
        Assert.Contains("Fetch:AllowPrivateAddresses", fetch.Problem, StringComparison.Ordinal);
        AssertNothing(site);
        var entry = site.Service<AuditStore>().Page(1, new AuditFilter(What: "import.fetch")).Items.Single();
        Assert.Equal(AuditOutcome.Failed, entry.Outcome);

        // What went wrong stays to be read, until somebody has.
        Assert.Same(fetch, Assert.Single(site.Service<ImportFetches>().All));
        await site.Service<ImportFetches>().Remove(await site.User(Role.Admin), fetch);
        Assert.Empty(site.Service<ImportFetches>().All);
    }

    [Fact]
    public async Task Start_AllowedAddresses_LandInOneFolder()
    {
        await using var site = await Start(allowed: true);
        var fetch = await Ended(site, $"{Address}/repo/\nconfig.json\nlayer 1/params.npz");
        Assert.True(fetch.Problem is null, fetch.Problem);
        Assert.Equal(("repo", 2, 21L + 5000), (fetch.Result!.Name, fetch.Result.Files, fetch.Result.Bytes));
        Assert.Equal(5000, new FileInfo(Path.Combine(fetch.Result.Path, "layer 1", "params.npz")).Length);
        Assert.True(fetch.Result.HoldsModel());
        Assert.Empty(site.Service<ImportFetches>().All);

        // The second file is missing: nothing of the first is kept either.
        Assert.Contains("status 404", (await Ended(site, $"{Address}/repo/\nconfig.json\nnone.npz")).Problem, StringComparison.Ordinal);
        Assert.Contains("/resolve/ in the place of /blob/", (await Ended(site, $"{Address}/page/config.json")).Problem, StringComparison.Ordinal);
        Assert.Contains("Fetch:MaxImportMegabytes allows more", (await Ended(site, $"{Address}/repo/config.json\n{Address}/large.npz")).Problem, StringComparison.Ordinal);
        Assert.NotNull((await Ended(site, $"{Address}/cut.npz")).Problem);
        Assert.Equal("repo", Assert.Single(site.Service<ReceivedFiles>().All()).Name);
        Assert.Single(Directory.EnumerateFileSystemEntries(site.Service<DataFolder>().Imports));
    }

    [Fact]
    public async Task Retry_AfterABrokenConnection_GoesOnWithWhatCame()
    {
        await using var site = await Start(allowed: true);
        await using var server = await CutServer.Start();
        (server.Files["sae/cfg.json"], server.Files["sae/sae_weights.safetensors"]) = (CutServer.Bytes(50), CutServer.Bytes(40_000));
        Array.ForEach([50, 30_000, CutServer.Unavailable], server.Cuts.Enqueue);

        var failed = await Ended(site, $"{server.Address}sae/\ncfg.json\nsae_weights.safetensors");

        Assert.Contains("answers with status 503. 30", failed.Problem, StringComparison.Ordinal);
        Assert.Equal(30_050, failed.Kept);
        Assert.Empty(site.Service<ReceivedFiles>().All());
        Assert.Throws<ArgumentException>(() => site.Service<ReceivedFiles>().Resolve($"received:{Path.GetFileName(Assert.Single(Directory.GetDirectories(site.Service<DataFolder>().Imports)))}/sae"));
        var again = await Ended(site.Service<ImportFetches>().Retry(await site.User(Role.Admin), failed));
        Assert.True(again.Problem is null, again.Problem);
        Assert.Equal(["sae/cfg.json bytes=49- \"v1\"", "sae/sae_weights.safetensors bytes=30000- \"v1\""], server.Asked.TakeLast(2));
        Assert.Equal(server.Files["sae/sae_weights.safetensors"], await File.ReadAllBytesAsync(Path.Combine(again.Result!.Path, "sae_weights.safetensors")));
        Assert.Equal("sae", Path.GetFileName(Assert.Single(Directory.EnumerateFileSystemEntries(site.Service<DataFolder>().Imports))));
    }

    [Fact]
    public async Task Remove_AfterABrokenConnection_ForgetsWhatCame()
    {
        await using var site = await Start(allowed: true);
        await using var server = await CutServer.Start();
        server.Files["ae.pt"] = CutServer.Bytes(40_000);
        Array.ForEach([30_000, CutServer.Unavailable], server.Cuts.Enqueue);
        var failed = await Ended(site, $"{server.Address}ae.pt");
        Assert.Equal(30_000, failed.Kept);

        await site.Service<ImportFetches>().Remove(await site.User(Role.Admin), failed);

        AssertNothing(site);
    }

    [Fact]
    public async Task Remove_WhileItGoesOn_StopsItAndLeavesNothing()
    {
        await using var site = await Start(allowed: true);
        var (fetches, user) = (site.Service<ImportFetches>(), await site.User(Role.Admin));
        var fetch = fetches.Start(user, "endless", $"{Address}/endless.npz");
        for (var i = 0; i < 600 && fetch.Bytes == 0; i++)
        {
            await Task.Delay(20);
        }

        Assert.True(fetch is { Active: true, Bytes: > 0, Share: null, Done: 0 });
        await fetches.Remove(user, fetch);
        Assert.False(fetch.Active);
        Assert.Empty(fetches.All);
        AssertNothing(site);
    }

    [Fact]
    public async Task Restart_AfterAKilledServer_TakesAwayWhatWasBeingReceived()
    {
        await using var site = await AccountSite.Start(AccountSite.Patient);
        var left = Directory.CreateDirectory(Path.Combine(site.Service<DataFolder>().Imports, ".building-1", "files")).Parent!;
        await File.WriteAllTextAsync(Path.Combine(left.FullName, "building.lock"), string.Empty);
        await site.Restart();
        for (var i = 0; i < 600 && left.Exists; i++)
        {
            await Task.Delay(20);
            left.Refresh();
        }

        Assert.False(left.Exists);
    }

    private static Task<AccountSite> Start(bool allowed) => AccountSite.Start(
        AccountSite.Patient with { Training = new TrainingOptions { Enabled = false }, Fetch = new FetchOptions { AllowPrivateAddresses = allowed, MaxImportMegabytes = 0.05 } });

    private static async Task<ImportFetch> Ended(AccountSite site, string addresses) =>
        await Ended(site.Service<ImportFetches>().Start(await site.User(Role.Admin), string.Empty, addresses));

    private static async Task<ImportFetch> Ended(ImportFetch fetch)
    {
        for (var i = 0; i < 1000 && fetch.Active; i++)
        {
            await Task.Delay(20);
        }

        Assert.False(fetch.Active);
        return fetch;
    }

    private static void AssertNothing(AccountSite site)
    {
        var root = site.Service<DataFolder>().Imports;
        Assert.Empty(site.Service<ReceivedFiles>().All());
        Assert.Empty(Directory.Exists(root) ? Directory.EnumerateFileSystemEntries(root) : []);
    }

    private static WebApplication Files()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.Zero);
        var server = builder.Build();
        server.MapGet("/repo/config.json", static () => Results.Text("{\"model_type\":\"gpt2\"}", "application/json"));
        server.MapGet("/repo/layer 1/params.npz", static () => Results.Bytes(new byte[5000]));
        server.MapGet("/page/config.json", static () => Results.Text("<html></html>", "text/html"));
        server.MapGet("/large.npz", static () => Results.Bytes(new byte[49_990]));
        server.MapGet("/cut.npz", static async (HttpContext http) =>
        {
            http.Response.ContentLength = 10_000;
            await http.Response.Body.WriteAsync(new byte[5000]);
            await http.Response.Body.FlushAsync();
            http.Abort();
        });
        server.MapGet("/endless.npz", static async (HttpContext http) =>
        {
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.Body.WriteAsync(new byte[10]);
                await http.Response.Body.FlushAsync();
                await Task.Delay(20);
            }
        });
        return server;
    }
}
