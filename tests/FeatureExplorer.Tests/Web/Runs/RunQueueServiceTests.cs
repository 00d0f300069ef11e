using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Storage.Runs;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Web;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Runs;
using FeatureExplorer.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Tests.Web.Runs;

/// <summary>The queue of a server, as an administrator meets it on the pages.</summary>
public sealed class RunQueueServiceTests
{
    [Fact]
    public async Task Queue_DiskNearlyFull_WaitsWithANoticeUntilItIsResumedWithRoom()
    {
        // No disk has as much room as this setting demands.
        await using var site = await AccountSite.Start(AccountSite.Patient with { Disk = new DiskOptions { MinimumFreeMegabytes = 1e12 } });
        using var administrator = await site.Visitor(Role.Admin);
        var queue = site.Service<RunQueue>();
        queue.Add(SmallRun.Configuration, null);
        await Until(() => queue.Notice is not null);
        var notice = (await administrator.Page(Urls.Runs)).QuerySelector("section.warning")!.TextContent;
        Assert.Contains("nearly full", notice, StringComparison.Ordinal);
        Assert.Contains("resume the queue", notice, StringComparison.Ordinal);

        // Resumed too early, it says so again.
        using var resumed = await administrator.Post(Urls.Runs, "/runs/retry");
        await Until(() => queue.Notice is not null);
        Assert.Equal(RunStatus.Queued, site.Service<RunStore>().Find(1)!.Status);
    }

    [Fact]
    public async Task Pause_RunningRun_HoldsUntilItIsResumed()
    {
        await using var site = await AccountSite.Start(AccountSite.Patient);
        using var administrator = await site.Visitor(Role.Admin);
        var runs = site.Service<RunStore>();
        SmallRun.CopyCorpus(site.Folder);
        site.Service<RunQueue>().Add(SmallRun.Configuration with { Transformer = SmallRun.Configuration.Transformer with { Tokens = 400_000 } }, null);
        await Until(() => runs.Find(1)!.Status == RunStatus.Running);
        using var paused = await administrator.Post("/runs/1", "/runs/1/pause");
        await Until(() => runs.Find(1)!.Status == RunStatus.Paused);
        using var resumed = await administrator.Post("/runs/1", "/runs/1/resume");
        await Until(() => runs.Find(1)!.Status == RunStatus.Finished);
        var log = site.Service<RunHistory>().Events(1).Select(e => e.Text).ToList();
        Assert.Contains("Paused; it can be taken up again", log);
        Assert.Contains("Resumed", log);
    }

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Annotator)]
    public async Task Enqueue_WithoutTheRole_IsRefused(Role role)
    {
        await using var site = await AccountSite.Start(AccountSite.Patient with { Training = new TrainingOptions { Enabled = false } });
        var user = await site.User(role);
        Assert.Throws<AccessDeniedException>(() => site.Service<RunQueue>().Enqueue(user, SmallRun.Configuration));
        Assert.Empty(site.Service<RunStore>().Latest(5));
    }

    [Fact]
    public async Task Delete_RunWithAClone_LeavesWhatTheCloneMakesToo()
    {
        await using var site = await AccountSite.Start(AccountSite.Patient with { Training = new TrainingOptions { Enabled = false } });
        using var administrator = await site.Visitor(Role.Admin);
        var (runs, store, writer) = (site.Service<RunStore>(), site.Service<FeatureStore>(), site.Service<RunWriter>());
        writer.SaveModel(SampleReports.Model());
        writer.Publish(SampleReports.Draft(6) with { Forming = new FormingStep(1, 10) }, SampleReports.Reports(6), SampleVocabulary.Text);
        for (var i = 0; i < 2; i++)
        {
            runs.Bring(runs.Add("demo", RunConfigurationJson.Write(SmallRun.Configuration)).Id, RunStatus.Paused);
        }

        using var first = await administrator.Post("/runs/1", "/runs/1/delete");
        Assert.Null(runs.Find(1));
        Assert.NotNull(store.FindDictionary("A", "1"));

        using var second = await administrator.Post("/runs/2", "/runs/2/delete");
        Assert.Null(runs.Find(2));
        Assert.Null(store.FindDictionary("A", "1"));
    }

    [Fact]
    public async Task Delete_CloneOfARunningRun_LeavesWhatThatRunForms()
    {
        await using var site = await AccountSite.Start(AccountSite.Patient with { Training = new TrainingOptions { Enabled = false } });
        using var administrator = await site.Visitor(Role.Admin);
        var (runs, store, writer, folder) = (site.Service<RunStore>(), site.Service<FeatureStore>(), site.Service<RunWriter>(), site.Service<DataFolder>());
        writer.SaveModel(SampleReports.Model());
        writer.Publish(SampleReports.Draft(6) with { Forming = new FormingStep(1, 10) }, SampleReports.Reports(6), SampleVocabulary.Text);
        var forming = Directory.CreateDirectory(folder.Forming("A", "1")).FullName;
        File.WriteAllBytes(Path.Combine(forming, "index.bin"), new byte[2_000_000]);
        var state = Path.Combine(Directory.CreateDirectory(folder.Model("A")).FullName, "dictionaries-12ab.training.safetensors");
        File.WriteAllBytes(state, new byte[1_000_000]);
        var running = runs.Add("demo", RunConfigurationJson.Write(SmallRun.Configuration)).Id;
        runs.Move(running, RunMove.Start);
        // A clone in other letters makes the same files where the system takes both for one.
        var clone = runs.Add("demo", RunConfigurationJson.Write(SmallRun.Configuration with { Model = "a" })).Id;

        Assert.Contains(site.Service<RunActs>().Costs(runs.Add("demo", RunConfigurationJson.Write(SmallRun.Configuration)).Id, RunAct.Delete), cost => cost.Contains("A/1 stay: run 1", StringComparison.Ordinal));
        foreach (var id in (long[])[clone, 3])
        {
            using var deleted = await administrator.Post($"/runs/{id}", $"/runs/{id}/delete");
            Assert.Null(runs.Find(id));
        }

        Assert.NotNull(store.FindDictionary("A", "1"));
        Assert.True(File.Exists(state) && Directory.Exists(forming));

        // The last that made them takes them along, and says so before.
        runs.End(running, RunStatus.Cancelled);
        var costs = string.Join(' ', site.Service<RunActs>().Costs(running, RunAct.Delete));
        Assert.Contains("6 half-trained features of A/1", costs, StringComparison.Ordinal);
        Assert.Contains("the model A with 3 MB on the disk", costs, StringComparison.Ordinal);
        using var last = await administrator.Post($"/runs/{running}", $"/runs/{running}/delete");
        Assert.Null(store.FindDictionary("A", "1"));
        Assert.Null(store.FindModel("A"));
        Assert.False(Directory.Exists(folder.Model("A")) || Directory.Exists(folder.Dictionaries("A")));
    }

    [Theory]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    [InlineData(false, false, false)] // the run has not begun: the model is not its own
    public async Task Delete_ModelOfAFinishedDictionaryOrOfAnotherRun_Stays(bool finished, bool other, bool began)
    {
        await using var site = await AccountSite.Start(AccountSite.Patient with { Training = new TrainingOptions { Enabled = false } });
        var (runs, leftovers, writer, folder) = (site.Service<RunStore>(), site.Service<RunLeftovers>(), site.Service<RunWriter>(), site.Service<DataFolder>());
        writer.SaveModel(SampleReports.Model());
        Directory.CreateDirectory(folder.Model("A"));
        writer.Publish(SampleReports.Draft(6) with { Forming = finished ? null : new FormingStep(1, 10) }, SampleReports.Reports(6), SampleVocabulary.Text);
        var run = runs.Add("demo", RunConfigurationJson.Write(SmallRun.Configuration)).Id;
        if (began)
        {
            runs.Bring(run, RunStatus.Cancelled);
        }

        if (other)
        {
            // Of the same model, with a dictionary of its own.
            runs.Bring(runs.Add("demo", RunConfigurationJson.Write(SmallRun.Configuration with { Dictionaries = [SmallRun.Configuration.Dictionaries[0] with { Name = "9" }] })).Id, RunStatus.Finished);
        }

        var found = leftovers.Of(run)!;
        Assert.False(found.ModelGoes);
        Assert.Contains(site.Service<RunActs>().Costs(run, RunAct.Delete), static cost => cost.StartsWith("Model A stays", StringComparison.Ordinal));
        runs.Delete(run);
        leftovers.Remove(found);
        Assert.NotNull(site.Service<FeatureStore>().FindModel("A"));
        Assert.True(Directory.Exists(folder.Model("A")));
        Assert.Equal(finished, !writer.RemoveUnfinished("A"));
    }

    [Fact]
    public async Task Run_EndedWhileNothingCouldBeWritten_IsPausedAsSoonAsItCanAndGoesOn()
    {
        await using var site = await AccountSite.Start(AccountSite.Patient);
        using var administrator = await site.Visitor(Role.Admin);
        var (runs, monitor) = (site.Service<RunStore>(), site.Service<RunMonitor>());
        SmallRun.CopyCorpus(site.Folder);
        site.Service<RunQueue>().Add(SmallRun.Configuration with { Transformer = SmallRun.Configuration.Transformer with { Tokens = 400_000 } }, null);
        await Until(() => runs.Find(1) is { Status: RunStatus.Running, Stage: "Training the transformer" });
        Sql("CREATE TRIGGER FullRuns BEFORE UPDATE ON Runs BEGIN SELECT RAISE(FAIL, 'no room'); END");
        Sql("CREATE TRIGGER FullEvents BEFORE INSERT ON RunEvents BEGIN SELECT RAISE(FAIL, 'no room'); END");
        await Until(() => monitor.Snapshot(1)!.Progress is null);
        Assert.Equal(RunStatus.Running, runs.Find(1)!.Status);

        Sql("DROP TRIGGER FullRuns");
        Sql("DROP TRIGGER FullEvents");
        await Until(() => runs.Find(1)!.Status == RunStatus.Paused);
        Assert.Contains("could not be written", (await administrator.Page("/runs/1")).Body!.TextContent, StringComparison.Ordinal);
        using var resumed = await administrator.Post("/runs/1", "/runs/1/resume");
        await Until(() => runs.Find(1)!.Status == RunStatus.Finished);

        void Sql(string sql)
        {
            using var db = site.Service<FeatureDatabase>().NewContext();
            db.Database.ExecuteSqlRaw(sql);
        }
    }

    internal static async Task Until(Func<bool> condition)
    {
        for (var i = 0; i < 6000 && !condition(); i++)
        {
            await Task.Delay(50);
        }

        Assert.True(condition(), "Waited for five minutes in vain.");
    }
}
