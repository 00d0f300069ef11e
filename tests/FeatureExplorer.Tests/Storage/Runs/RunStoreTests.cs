using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;

namespace FeatureExplorer.Tests.Storage.Runs;

public sealed class RunStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FeatureDatabase _database;
    private readonly RunStore _runs;

    public RunStoreTests()
    {
        _database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        _runs = new RunStore(_database, TimeProvider.System);
    }

    [Fact]
    public void Report_RunningRun_ShowsProgress()
    {
        var run = _runs.Add("demo", "{}");
        Assert.True(run.Active);
        _runs.Move(run.Id, RunMove.Start);
        _runs.Report(run.Id, "Training the transformer", 0.25, "loss 4.1");
        var read = Assert.Single(_runs.Latest(5));
        Assert.Equal((RunStatus.Running, "Training the transformer", 0.25, "loss 4.1"), (read.Status, read.Stage, read.Progress, read.Message));
        Assert.Equal(DateTimeKind.Utc, read.Created.Kind);
        Assert.True(read.Updated >= read.Created);
    }

    [Fact]
    public void Add_CloneOfARun_KeepsItsNumberAlsoWhenThatRunIsDeleted()
    {
        var origin = _runs.Add("demo", "{}").Id;
        var clone = _runs.Add("demo", "{}", clonedFrom: origin).Id;
        Assert.Equal(origin, _runs.Find(clone)!.ClonedFrom);
        _runs.Request(origin, RunMove.Cancel);
        _runs.Delete(origin);
        Assert.Equal(origin, _runs.Find(clone)!.ClonedFrom);
        Assert.Null(_runs.Add("demo", "{}", clonedFrom: origin).ClonedFrom);
        Assert.Null(_runs.Add("demo", "{}").ClonedFrom);
    }

    [Theory]
    [InlineData(7, 1)]
    [InlineData(-1, 0)]
    [InlineData(double.NaN, 0)]
    public void Report_ProgressOutOfRange_IsKeptWithin(double reported, double stored)
    {
        _runs.Report(Running(), "s", reported, string.Empty);
        Assert.Equal(stored, _runs.Latest(1)[0].Progress);
    }

    [Fact]
    public void Move_Fail_KeepsTheErrorUntilItStartsAgain()
    {
        var run = Running();
        _runs.Move(run, RunMove.Fail, "disk full");
        var read = _runs.Latest(1)[0];
        Assert.Equal((RunStatus.Failed, "disk full", false), (read.Status, read.Error, read.Active));
        Assert.NotNull(read.Ended);
        Assert.Equal("disk full", _runs.Request(run, RunMove.Resume).Error);
        read = _runs.Move(run, RunMove.Start);
        Assert.Equal((RunStatus.Running, null, null), (read.Status, read.Error, read.Ended));
    }

    [Fact]
    public void MarkInterrupted_AfterACrash_PutsTheQueuesRunsBackAndMarksTheCommands()
    {
        var ended = Running();
        _runs.Move(ended, RunMove.Finish);
        var cancelling = Running();
        _runs.Request(cancelling, RunMove.Cancel);
        var mine = Running();
        var waiting = _runs.Add("demo", "{}").Id;
        var commands = _runs.Add("demo", "{}", RunOrigin.CommandLine).Id;
        _runs.Move(commands, RunMove.Start);
        _runs.Report(commands, "s", 0.5, string.Empty);

        var going = _runs.MarkInterrupted().Select(r => r.Id);
        Assert.Equal([cancelling, mine, commands], going.Order());
        Assert.Equal(RunStatus.Finished, _runs.Find(ended)!.Status);
        Assert.Equal(RunStatus.Cancelled, _runs.Find(cancelling)!.Status);
        Assert.Equal(RunStatus.Queued, _runs.Find(mine)!.Status);
        Assert.Equal(RunStatus.Queued, _runs.Find(waiting)!.Status);
        Assert.Equal(RunStatus.Interrupted, _runs.Find(commands)!.Status);
        Assert.Equal([mine, waiting], _runs.Active().Select(r => r.Id));
    }

    [Fact]
    public void TryShift_InTheQueue_ChangesTheOrderAndStopsAtItsEnds()
    {
        var ids = Enumerable.Range(0, 3).Select(_ => _runs.Add("demo", "{}").Id).ToList();
        Assert.True(_runs.TryShift(ids[2], earlier: true));
        Assert.True(_runs.TryShift(ids[2], earlier: true));
        Assert.False(_runs.TryShift(ids[2], earlier: true));
        Assert.Equal([ids[2], ids[0], ids[1]], _runs.Active().Select(r => r.Id));
        Assert.False(_runs.TryShift(ids[1], earlier: false));
        _runs.Move(ids[0], RunMove.Start);
        Assert.Throws<RunMoveException>(() => _runs.TryShift(ids[0], earlier: true));
        Assert.Equal([ids[0], ids[2], ids[1]], _runs.Active().Select(r => r.Id));
    }

    [Fact]
    public void Request_OfARunningRun_IsKeptUntilItsCarrierEndsIt()
    {
        var run = Running();
        var asked = _runs.Request(run, RunMove.Pause);
        Assert.Equal((RunStatus.Running, RunStatus.Paused), (asked.Status, _runs.Wanted(run)));
        Assert.Throws<RunMoveException>(() => _runs.Request(run, RunMove.Resume));
        _runs.Move(run, RunMove.Pause);
        Assert.Null(_runs.Wanted(run));
        var resumed = _runs.Request(run, RunMove.Resume, RunOrigin.Queue);
        Assert.Equal((RunStatus.Queued, null), (resumed.Status, resumed.Ended));
    }

    [Fact]
    public void Request_OfAWaitingRun_IsDoneAtOnce()
    {
        var run = _runs.Add("demo", "{}", RunOrigin.CommandLine).Id;
        var paused = _runs.Request(run, RunMove.Pause);
        Assert.Equal((RunStatus.Paused, null, RunOrigin.CommandLine), (paused.Status, paused.Wanted, paused.Origin));
        Assert.Equal((RunStatus.Queued, RunOrigin.Queue), _runs.Request(run, RunMove.Resume, RunOrigin.Queue) is var resumed ? (resumed.Status, resumed.Origin) : default);
    }

    [Fact]
    public void Delete_FinishedRun_TakesLogAndCurvesAlong()
    {
        var history = new RunHistory(_database, TimeProvider.System);
        var run = Running();
        history.Log(run, RunEventKind.Stage, "one");
        history.Save(run, new RunCurve("A/1", 10, ["loss"], [[1, 0.5]]));
        Assert.Throws<RunMoveException>(() => _runs.Delete(run));
        _runs.Move(run, RunMove.Finish);
        _runs.Delete(run);
        Assert.Null(_runs.Find(run));
        Assert.Empty(history.Events(run));
        Assert.Empty(history.Curves(run));
        // What a slow thread still has to say of a deleted run is passed over.
        history.Log(run, RunEventKind.Stage, "two");
        history.Save(run, new RunCurve("A/1", 10, ["loss"], []));
        Assert.Empty(history.Events(run));
    }

    [Fact]
    public void History_ManyLines_KeepsTheLatestInOrder()
    {
        var history = new RunHistory(_database, TimeProvider.System);
        var run = Running();
        for (var i = 0; i < RunHistory.MostEvents + 20; i++)
        {
            history.Log(run, RunEventKind.Warning, $"line {i}");
        }

        var events = history.Events(run);
        Assert.Equal(RunHistory.MostEvents, events.Count);
        Assert.Equal("line 20", events[0].Text);
        Assert.Equal($"line {RunHistory.MostEvents + 19}", events[^1].Text);
        Assert.Equal(["line 518", "line 519"], history.Events(run, 2).Select(e => e.Text));
    }

    [Fact]
    public void History_CurveSavedTwice_IsReplacedAndReadBack()
    {
        var history = new RunHistory(_database, TimeProvider.System);
        var run = Running();
        history.Save(run, new RunCurve("A/1", 10, ["loss", "L0"], [[1, 0.5, null]]));
        history.Save(run, new RunCurve("A/1", 10, ["loss", "L0"], [[1, 0.5, null], [2, 0.25, 7]]));
        history.Save(run, new RunCurve("transformer", 3, ["loss"], [[1, 4]]));
        var curves = history.Curves(run);
        Assert.Equal(["transformer", "A/1"], curves.Select(c => c.Name));
        Assert.Equal([(2, 7)], curves[1].Column("L0"));
        Assert.Equal([(1, 0.5), (2, 0.25)], curves[1].Column("loss"));
    }

    [Fact]
    public void Moves_UnknownRun_NameIt()
    {
        Assert.All<Action>(
            [() => _runs.Report(99, "s", 0, "m"), () => _runs.Move(99, RunMove.Start), () => _runs.Request(99, RunMove.Pause), () => _runs.TryShift(99, true), () => _runs.Delete(99)],
            act => Assert.Contains("99", Assert.Throws<ArgumentException>(act).Message, StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private long Running()
    {
        var run = _runs.Add("demo", "{}").Id;
        _runs.Move(run, RunMove.Start);
        return run;
    }
}
