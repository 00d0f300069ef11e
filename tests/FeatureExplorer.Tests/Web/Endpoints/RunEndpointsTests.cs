using System.Net;
using System.Text.Json;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Storage.Runs;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Web.Operations;
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

    [Theory]
    [InlineData(RunStatus.Queued, "pause cancel earlier delete")]
    [InlineData(RunStatus.Running, "pause cancel index")]
    [InlineData(RunStatus.Finished, "delete")]
    [InlineData(RunStatus.Failed, "resume delete")]
    [InlineData(RunStatus.Cancelled, "resume delete")]
    [InlineData(RunStatus.Interrupted, "resume cancel delete")]
    [InlineData(RunStatus.Paused, "resume cancel delete")]
    public async Task Actions_InEveryState_AreDoneOrRefusedWithTheSentence(RunStatus status, string allowed)
    {
        await using var site = await AccountSite.Start(AccountSite.Patient with { Training = new TrainingOptions { Enabled = false } });
        using var administrator = await site.Visitor(Role.Admin);
        var runs = site.Service<RunStore>();
        var token = await administrator.Token("/account");
        foreach (var action in (string[])["pause", "cancel", "resume", "earlier", "index", "delete"])
        {
            var id = runs.Add("demo", "{}").Id;
            runs.Bring(id, status);
            var buttons = (await administrator.Page($"/runs/{id}")).QuerySelectorAll("form[method=post]").Select(form => form.GetAttribute("action")).ToList();
            using var answer = await administrator.Client.PostAsync(
                new Uri($"/runs/{id}/{action}", UriKind.Relative), new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("action", action)]));
            if (allowed.Split(' ').Contains(action))
            {
                Assert.Equal((action, HttpStatusCode.Redirect), (action, answer.StatusCode));
                // Features can be shown only of a run of this process that trains a dictionary.
                Assert.Equal(action != "index", buttons.Contains($"/runs/{id}/{action}"));
                continue;
            }

            Assert.Equal((action, HttpStatusCode.Conflict), (action, answer.StatusCode));
            Assert.DoesNotContain($"/runs/{id}/{action}", buttons);
            var move = action switch { "pause" => RunMove.Pause, "cancel" => RunMove.Cancel, "resume" => RunMove.Resume, "earlier" => RunMove.Shift, "index" => RunMove.ShowFeatures, _ => RunMove.Delete };
            Assert.Contains(new RunMoveException(id, status, move).Message, (await Visitor.Parse(answer)).Body!.TextContent, StringComparison.Ordinal);
            Assert.Equal(status, runs.Find(id)!.Status);
        }
    }

    [Fact]
    public async Task Actions_NoSuchRun_AreNotFound()
    {
        await using var site = await AccountSite.Start(AccountSite.Patient with { Training = new TrainingOptions { Enabled = false } });
        using var administrator = await site.Visitor(Role.Admin);
        using var answer = await administrator.Client.PostAsync(
            new Uri("/runs/99/pause", UriKind.Relative), new FormUrlEncodedContent([new("__RequestVerificationToken", await administrator.Token("/account")), new("action", "pause")]));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Run_InTheApi_SaysWhatIsPossible()
    {
        await using var site = await AccountSite.Start(AccountSite.Patient with { Training = new TrainingOptions { Enabled = false } });
        using var visitor = site.Visitor();
        site.Service<RunStore>().Add("demo", "{}");
        using var run = JsonDocument.Parse(await visitor.Client.GetStringAsync(new Uri("/api/v1/runs/1", UriKind.Relative)));
        Assert.Equal(["pause", "cancel", "shift", "delete"], run.RootElement.GetProperty("possible").EnumerateArray().Select(move => move.GetString()));
    }

    private static List<JsonElement> Data(string stream) =>
        [.. stream.Split('\n').Where(l => l.StartsWith("data: {\"", StringComparison.Ordinal)).Select(l => JsonDocument.Parse(l[6..]).RootElement)];
}
