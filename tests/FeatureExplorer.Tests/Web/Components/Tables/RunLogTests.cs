using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Web.Components.Tables;

namespace FeatureExplorer.Tests.Web.Components.Tables;

public sealed class RunLogTests
{
    [Fact]
    public void Lines_CheckpointsInARow_KeepsTheNewestOfThem()
    {
        var events = new[]
        {
            At(0, RunEventKind.Stage), At(1, RunEventKind.Checkpoint), At(2, RunEventKind.Checkpoint),
            At(3, RunEventKind.Stage), At(4, RunEventKind.Checkpoint), At(5, RunEventKind.Checkpoint), At(6, RunEventKind.Checkpoint),
        };

        Assert.Equal([6, 3, 2, 0], RunLog.Lines(events).Select(e => e.Time.Second));
    }

    [Fact]
    public void Lines_NoEvents_AreNone() => Assert.Empty(RunLog.Lines([]));

    private static RunEvent At(int second, RunEventKind kind) => new(new DateTime(2026, 1, 1, 0, 0, second, DateTimeKind.Utc), kind, "text");
}
