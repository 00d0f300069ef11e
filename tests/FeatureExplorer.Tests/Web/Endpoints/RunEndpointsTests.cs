using System.Net;
using System.Text.Json;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Storage.Runs;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Training.Configuration;
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
        SmallRun.CopyCorpus(site.Folder);
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

    [Fact]
    public async Task Actions_InEveryState_AreDoneOrRefusedWithTheSentence()
    {
        (RunStatus Status, string Allowed)[] states =
        [
            (RunStatus.Queued, "pause cancel earlier delete"),
            (RunStatus.Running, "pause cancel index"),
            (RunStatus.Finished, "delete"),
            (RunStatus.Failed, "resume delete"),
            (RunStatus.Cancelled, "resume delete"),
            (RunStatus.Interrupted, "resume cancel delete"),
            (RunStatus.Paused, "resume cancel delete"),
        ];
        await using var site = await AccountSite.Start(AccountSite.Patient with { Training = new TrainingOptions { Enabled = false } });
        using var administrator = await site.Visitor(Role.Admin);
        var runs = site.Service<RunStore>();
        var token = await administrator.Token("/account");
        foreach (var (status, allowed) in states)
        {
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
    }

    [Theory]
    [InlineData(RunStatus.Failed, true)]
    [InlineData(RunStatus.Queued, false)]
    public async Task Resume_OnAnotherDevice_PutsTheRunIntoTheQueueForIt(RunStatus status, bool begun)
    {
        await using var site = await AccountSite.Start(AccountSite.Patient with { Training = new TrainingOptions { Enabled = false } });
        using var administrator = await site.Visitor(Role.Admin);
        var runs = site.Service<RunStore>();
        const string Card = "cuda Card, libtorch 2.10.0, tf32";
        var id = runs.Add("custom", RunConfigurationJson.Write(SmallRun.Configuration with { Device = "cuda:7", Precision = "tf32", BeganOn = Card })).Id;
        runs.Bring(id, status);
        var page = await administrator.Page($"/runs/{id}");
        Assert.Contains("There is no device cuda:7 on this machine; there is cpu.", page.QuerySelector(".run-device")!.TextContent, StringComparison.Ordinal);

        using var refused = await Post("cuda:8");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(status, runs.Find(id)!.Status);
        using var answer = await Post("cpu");
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);

        var moved = runs.Find(id)!;
        var configuration = RunConfigurationJson.Of(moved)!;
        Assert.Equal(
            (RunStatus.Queued, "cpu", "float32", begun ? Card : "cpu", begun), (moved.Status, configuration.Device, configuration.Precision, configuration.BeganOn, configuration.DeviceChange));
        Assert.Contains(site.Service<RunHistory>().Events(id), static line => line.Text.StartsWith("Back in the queue for cpu, by ", StringComparison.Ordinal));
        using var json = JsonDocument.Parse(await administrator.Client.GetStringAsync(new Uri($"/api/v1/runs/{id}", UriKind.Relative)));
        Assert.Equal(("cpu", "float32"), (json.RootElement.GetProperty("device").GetString(), json.RootElement.GetProperty("precision").GetString()));
        Assert.Null((await administrator.Page($"/runs/{id}")).QuerySelector(".run-device"));

        async Task<HttpResponseMessage> Post(string device) => await administrator.Client.PostAsync(
            new Uri($"/runs/{id}/resume", UriKind.Relative),
            new FormUrlEncodedContent([new("__RequestVerificationToken", await administrator.Token("/account")), new("action", "resume"), new("device", device)]));
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
