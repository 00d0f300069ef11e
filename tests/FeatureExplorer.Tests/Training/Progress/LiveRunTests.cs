using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Tests.Training.Progress;

public sealed class LiveRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RunStore _runs;
    private readonly RunHistory _history;

    public LiveRunTests()
    {
        var database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        _runs = new RunStore(database, TimeProvider.System);
        _history = new RunHistory(database, TimeProvider.System);
        _runs.Add("demo", "{}");
        _runs.Move(1, RunMove.Start);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Points_OfARunThatWasPaused_HaveTimesThatGoOnAndThoseOfEarlierVersionsNone()
    {
        _history.Save(1, new RunCurve("A/1", 100, ["loss"], [[5, 3.0]]));
        var first = new LiveRun(1, _runs, _history, null);
        first.Report(Report(10, 2));
        Thread.Sleep(20);
        first.Report(Report(20, 1.5));
        first.Save();

        var again = new LiveRun(1, _runs, _history, null);
        again.Report(Report(30, 1));
        var curve = Assert.Single(again.Snapshot(_runs.Find(1)!).Curves);
        Assert.Equal(["loss", Curves.Seconds], curve.Columns);
        Assert.Equal([5, 10, 20, 30], curve.Points.Select(p => p[0]));
        Assert.Equal([3, 2, 1.5, 1], curve.Points.Select(p => p[1]));
        Assert.Null(curve.Points[0][2]);
        var times = curve.Points.Skip(1).Select(p => p[2]!.Value).ToList();
        Assert.Equal(times.Order(), times);
        Assert.True(times[1] - times[0] >= 0.015, string.Join(' ', times));
        Assert.True(times[2] >= times[1], "Time went back after the pause.");
    }

    [Fact]
    public void Point_ThatIsToldAgainAfterAPause_KeepsItsTime()
    {
        var run = new LiveRun(1, _runs, _history, null);
        run.Report(Report(100, 1));
        var before = run.Snapshot(_runs.Find(1)!);
        Thread.Sleep(20);
        run.Report(Report(100, 1));
        var after = run.Snapshot(_runs.Find(1)!);
        Assert.Equal(before.Curves[0].Points[^1], after.Curves[0].Points[^1]);
        Assert.Equal(before.Generations, after.Generations);
        run.Report(Report(100, 0.9));
        Assert.Equal(0.9, Assert.Single(run.Snapshot(_runs.Find(1)!).Curves[0].Points)[1]);
    }

    [Fact]
    public void SecondsLeft_BeforeThePaceHasSettled_IsNotTold()
    {
        var run = new LiveRun(1, _runs, _history, null);
        run.Report(new RunProgress("Training the transformer", 1, 2, 0, string.Empty));
        run.Report(new RunProgress("Training the transformer", 1, 2, 0.5, string.Empty));
        Assert.Null(run.Snapshot(_runs.Find(1)!).SecondsLeft);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(double.NaN, "")]
    [InlineData(12_345.6, ", 12,346 tokens/s")]
    public void Rate_UntilItIsKnown_IsLeftOut(double perSecond, string expected) => Assert.Equal(expected, StageProgress.Rate(perSecond, "tokens/s"));

    private static RunProgress Report(long step, double loss) =>
        new("Training", 1, 1, 0.01 * step, string.Empty) { Point = new CurvePoint("A/1", 100, ["loss"], step, [loss]) };
}
