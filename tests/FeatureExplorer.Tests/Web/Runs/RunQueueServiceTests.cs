using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Web;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Runs;
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
        site.Service<RunQueue>().Add(SmallRun.Configuration with { Transformer = SmallRun.Configuration.Transformer with { Tokens = 400_000 } }, null);
        await Until(() => runs.Find(1) is { Status: RunStatus.Running, Stage: "Training the transformer" });
        using var paused = await administrator.Post("/runs/1", "/runs/1/pause");
        await Until(() => runs.Find(1)!.Status == RunStatus.Paused);
        using var resumed = await administrator.Post("/runs/1", "/runs/1/resume");
        await Until(() => runs.Find(1)!.Status == RunStatus.Finished);
        var log = site.Service<RunHistory>().Events(1).Select(e => e.Text).ToList();
        Assert.Contains("Paused; it can be taken up again", log);
        Assert.Contains("Resumed", log);
    }

    [Fact]
    public async Task New_NameThatIsTaken_IsRefusedOnThePageUntilItsReplacementIsTicked()
    {
        await using var site = await AccountSite.Start(AccountSite.Patient with { Training = new TrainingOptions { Enabled = false } });
        using var administrator = await site.Visitor(Role.Admin);
        var runs = site.Service<RunStore>();
        runs.End(runs.Add("demo", RunConfigurationJson.Write(SmallRun.Configuration)).Id, RunStatus.Paused);
        var form = Form(SmallRun.Configuration with { Dictionaries = [SmallRun.Configuration.Dictionaries[0] with { Features = 32 }] });

        using (var refused = await administrator.Post(Urls.NewRun, "run", form))
        {
            var page = await Visitor.Parse(refused);
            Assert.Contains("A/2 is free", page.QuerySelector("section.problems")!.TextContent, StringComparison.Ordinal);
            Assert.NotNull(page.QuerySelector("input[name=replace]"));
        }

        Assert.Single(runs.Latest(5));
        using var taken = await administrator.Post(Urls.NewRun, "run", [.. form, ("replace", "yes")]);
        Assert.True(RunConfigurationJson.Of(runs.Latest(5)[0]) is { Replace: true });
        Assert.Equal(2, runs.Latest(5).Count);

        static (string, string)[] Form(RunConfiguration configuration)
        {
            var form = RunForm.Of(configuration, null);
            var fields = RunSetting.OfText.Concat(RunSetting.OfModel).Concat(RunSetting.OfIndex).Select(setting => setting.Field).Concat(["preset", "corpus"])
                .Concat(RunSetting.OfDictionary.Select(setting => setting.Field).Concat(["variant", "site"]).Select(name => RunForm.Field(0, name)));
            return [.. fields.Select(field => (field, form.Value(field))), ("groups", "1"), ("do", "start")];
        }
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
            runs.End(runs.Add("demo", RunConfigurationJson.Write(SmallRun.Configuration)).Id, RunStatus.Paused);
        }

        using var first = await administrator.Post("/runs/1", "/runs/1/delete");
        Assert.Null(runs.Find(1));
        Assert.NotNull(store.FindDictionary("A", "1"));

        using var second = await administrator.Post("/runs/2", "/runs/2/delete");
        Assert.Null(runs.Find(2));
        Assert.Null(store.FindDictionary("A", "1"));
    }

    [Fact]
    public async Task Run_EndedWhileNothingCouldBeWritten_IsPausedAsSoonAsItCanAndGoesOn()
    {
        await using var site = await AccountSite.Start(AccountSite.Patient);
        using var administrator = await site.Visitor(Role.Admin);
        var (runs, monitor) = (site.Service<RunStore>(), site.Service<RunMonitor>());
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

    private static async Task Until(Func<bool> condition)
    {
        for (var i = 0; i < 1200 && !condition(); i++)
        {
            await Task.Delay(50);
        }

        Assert.True(condition(), "Waited for a minute in vain.");
    }
}
