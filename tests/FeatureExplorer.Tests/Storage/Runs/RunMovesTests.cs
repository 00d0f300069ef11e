using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;

namespace FeatureExplorer.Tests.Storage.Runs;

/// <summary>Every state with every move, against a table that is written here a second time.</summary>
public sealed class RunMovesTests : IDisposable
{
    /// <summary>One line a state: each move in the order of <see cref="Columns"/>, with the first letter of the state that it leads to; - where it is refused, x for a deleted run.</summary>
    private const string Lines = """
        Queued       R - - - P C - - I Q - x
        Running      - R F E P C - Q I - R -
        Finished     - - - - - - - - - - - x
        Failed       - - - - - - Q - - - - x
        Cancelled    - - - - - - Q - - - - x
        Interrupted  - - - - - C Q - - - - x
        Paused       - - - - - C Q - - - - x
        """;

    private static readonly RunMove[] Columns =
    [
        RunMove.Start, RunMove.Report, RunMove.Finish, RunMove.Fail, RunMove.Pause, RunMove.Cancel, RunMove.Resume, RunMove.PutBack, RunMove.Interrupt, RunMove.Shift,
        RunMove.ShowFeatures, RunMove.Delete,
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly RunStore _runs;

    public RunMovesTests() => _runs = new RunStore(FeatureDatabase.Open(new DataFolder(_folder.Path)), TimeProvider.System);

    public static TheoryData<RunStatus, RunMove, string> Pairs()
    {
        var pairs = new TheoryData<RunStatus, RunMove, string>();
        foreach (var words in Lines.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            for (var column = 0; column < Columns.Length; column++)
            {
                pairs.Add(Enum.GetValues<RunStatus>().Single(status => status.ToString() == words[0]), Columns[column], words[column + 1]);
            }
        }

        return pairs;
    }

    [Fact]
    public void Pairs_NameEveryStateAndEveryMoveOnce()
    {
        Assert.Equal(Enum.GetValues<RunMove>(), Columns.Order());
        var all = from status in Enum.GetValues<RunStatus>() from move in Columns select (status, move);
        Assert.Equal(all.Order(), Pairs().Select(row => ((RunStatus)row[0], (RunMove)row[1])).Order());
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Move_FromEveryState_LeadsWhereTheTableSaysOrIsRefused(RunStatus from, RunMove move, string expected)
    {
        // A second run, so that the first has a neighbour in the queue.
        var id = _runs.Add("demo", "{}").Id;
        _runs.Add("demo", "{}");
        _runs.Bring(id, from);
        Assert.Equal(from, _runs.Find(id)!.Status);
        Assert.Equal(expected != "-", _runs.Find(id)!.Can(move));
        if (expected == "-")
        {
            var error = Assert.Throws<RunMoveException>(() => Apply(id, move));
            Assert.Equal((id, from, move), (error.Run, error.From, error.Move));
            Assert.Contains($"Run {id} {RunMoves.Words(from)}, so it cannot be {RunMoves.Words(move)}. It can be ", error.Message, StringComparison.Ordinal);
            Assert.Equal(from, _runs.Find(id)!.Status);
            return;
        }

        Apply(id, move);
        RunStatus? to = expected switch
        {
            "Q" => RunStatus.Queued,
            "R" => RunStatus.Running,
            "P" => RunStatus.Paused,
            "C" => RunStatus.Cancelled,
            "F" => RunStatus.Finished,
            "E" => RunStatus.Failed,
            "I" => RunStatus.Interrupted,
            _ => null,
        };
        Assert.Equal(to, _runs.Find(id)?.Status);
    }

    [Theory]
    [InlineData(RunStatus.Queued, RunMove.Resume, "Run 1 waits, so it cannot be resumed. It can be paused, cancelled, moved in the queue or deleted.")]
    [InlineData(RunStatus.Running, RunMove.Delete, "Run 1 is going on, so it cannot be deleted. It can be asked for its features, paused or cancelled.")]
    [InlineData(RunStatus.Finished, RunMove.Pause, "Run 1 has finished, so it cannot be paused. It can be deleted.")]
    [InlineData(RunStatus.Failed, RunMove.Cancel, "Run 1 has failed, so it cannot be cancelled. It can be resumed or deleted.")]
    [InlineData(RunStatus.Cancelled, RunMove.Pause, "Run 1 was cancelled, so it cannot be paused. It can be resumed or deleted.")]
    [InlineData(RunStatus.Interrupted, RunMove.Start, "Run 1 was interrupted, so it cannot be started. It can be resumed, cancelled or deleted.")]
    [InlineData(RunStatus.Paused, RunMove.Shift, "Run 1 is paused, so it cannot be moved in the queue. It can be resumed, cancelled or deleted.")]
    public void After_RefusedMove_SaysWhatIsPossible(RunStatus from, RunMove move, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<RunMoveException>(() => RunMoves.After(1, from, move)).Message);

    [Theory]
    [InlineData(null, RunOrigin.Queue, RunMove.PutBack)]
    [InlineData(null, RunOrigin.CommandLine, RunMove.Interrupt)]
    [InlineData(RunStatus.Paused, RunOrigin.Queue, RunMove.Pause)]
    [InlineData(RunStatus.Cancelled, RunOrigin.CommandLine, RunMove.Cancel)]
    public void Stop_OfARunningRun_IsWhatSomebodyWantsOrWhatItsProcessLeaves(RunStatus? wanted, RunOrigin origin, RunMove expected) =>
        Assert.Equal(expected, RunMoves.Stop(wanted, origin));

    public void Dispose() => _folder.Dispose();

    private void Apply(long id, RunMove move)
    {
        switch (move)
        {
            case RunMove.Report:
                _runs.Report(id, "Training", 0.5, "loss 4");
                break;
            case RunMove.Shift:
                Assert.True(_runs.TryShift(id, earlier: false));
                break;
            case RunMove.Delete:
                _runs.Delete(id);
                break;
            case RunMove.ShowFeatures:
                _runs.Check(id, move);
                break;
            default:
                _runs.Move(id, move);
                break;
        }
    }
}
