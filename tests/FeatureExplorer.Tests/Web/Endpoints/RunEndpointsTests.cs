using System.Net;
using System.Text.Json;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Web.Runs;

namespace FeatureExplorer.Tests.Web.Endpoints;

public sealed class RunEndpointsTests
{
    [Fact]
    public async Task Streams_WatchersOfARun_SeeItGoOnToItsEnd()
    {
        await using var site = await AccountSite.Start(AccountSite.Patient);
        using var visitor = site.Visitor();
        site.Service<RunQueue>().Add(SmallRun.Configuration, null);
        string[] streams = ["/api/v1/runs/1/events", "/api/v1/runs/1/events"];
        var told = await Task.WhenAll(streams.Select(stream => visitor.Client.GetStringAsync(new Uri(stream, UriKind.Relative))));
        Assert.Equal(RunStatus.Finished, site.Service<RunStore>().Find(1)!.Status);
        foreach (var text in told)
        {
            Assert.EndsWith("event: end\ndata: {}\n\n", text, StringComparison.Ordinal);
            var ids = text.Split('\n').Where(l => l.StartsWith("id: ", StringComparison.Ordinal)).ToList();
            Assert.True(ids.Count > 2, text);
            Assert.Equal("finished", Data(text)[^1].GetProperty("status").GetString());
        }

        var progress = Data(told[0]).Select(d => d.GetProperty("progress").GetDouble()).ToList();
        Assert.Equal(progress.Order(), progress);
        Assert.Contains(progress, p => p is > 0 and < 1);
        Assert.Equal(Data(told[0])[^1].GetRawText(), Data(told[1])[^1].GetRawText());
    }

    [Fact]
    public async Task Stream_NoSuchRun_IsNotFound()
    {
        await using var site = await AccountSite.Start(AccountSite.Patient);
        using var visitor = site.Visitor();
        Assert.Equal(HttpStatusCode.NotFound, await visitor.Status("/api/v1/runs/99/events"));
    }

    private static List<JsonElement> Data(string stream) =>
        [.. stream.Split('\n').Where(l => l.StartsWith("data: {\"", StringComparison.Ordinal)).Select(l => JsonDocument.Parse(l[6..]).RootElement)];
}
