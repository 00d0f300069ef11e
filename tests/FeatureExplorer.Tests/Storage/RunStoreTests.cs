using FeatureExplorer.Storage;

namespace FeatureExplorer.Tests.Storage;

public sealed class RunStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RunStore _runs;

    public RunStoreTests() => _runs = new RunStore(FeatureDatabase.Open(new DataFolder(_folder.Path)), TimeProvider.System);

    [Fact]
    public void Report_QueuedRun_RunsAndShowsProgress()
    {
        var run = _runs.Add("demo", "{}");
        Assert.True(run.Active);
        _runs.Report(run.Id, "Training the transformer", 0.25, "loss 4.1");
        var read = Assert.Single(_runs.Latest(5));
        Assert.Equal((RunStatus.Running, "Training the transformer", 0.25, "loss 4.1"), (read.Status, read.Stage, read.Progress, read.Message));
        Assert.Equal(DateTimeKind.Utc, read.Created.Kind);
        Assert.True(read.Updated >= read.Created);
    }

    [Theory]
    [InlineData(7, 1)]
    [InlineData(-1, 0)]
    [InlineData(double.NaN, 0)]
    public void Report_ProgressOutOfRange_IsKeptWithin(double reported, double stored)
    {
        var run = _runs.Add("demo", "{}");
        _runs.Report(run.Id, "s", reported, string.Empty);
        Assert.Equal(stored, _runs.Latest(1)[0].Progress);
    }

    [Fact]
    public void End_Failed_KeepsTheError()
    {
        var run = _runs.Add("demo", "{}");
        _runs.End(run.Id, RunStatus.Failed, "disk full");
        var read = _runs.Latest(1)[0];
        Assert.Equal((RunStatus.Failed, "disk full", false), (read.Status, read.Error, read.Active));
    }

    [Fact]
    public void MarkInterrupted_AfterACrash_LeavesEndedRunsAlone()
    {
        var ended = _runs.Add("demo", "{}");
        _runs.End(ended.Id, RunStatus.Finished);
        _runs.Report(_runs.Add("demo", "{}").Id, "s", 0.5, string.Empty);
        _runs.Add("demo", "{}");
        _runs.MarkInterrupted();
        Assert.Equal([RunStatus.Interrupted, RunStatus.Interrupted, RunStatus.Finished], _runs.Latest(9).Select(r => r.Status));
    }

    [Fact]
    public void Report_UnknownRun_NamesIt() => Assert.Contains("99", Assert.Throws<ArgumentException>(() => _runs.Report(99, "s", 0, "m")).Message, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();
}
