using FeatureExplorer.Storage.Runs;

namespace FeatureExplorer.Tests.Storage.Runs;

/// <summary>Brings runs of tests into a state, by moves that the program makes itself.</summary>
internal static class RunStates
{
    /// <summary>Brings a run that waits into a state.</summary>
    public static void Bring(this RunStore runs, long id, RunStatus status, string? error = null)
    {
        if (status == RunStatus.Queued)
        {
            return;
        }

        runs.Move(id, RunMove.Start);
        if (status != RunStatus.Running)
        {
            runs.End(id, status, error);
        }
    }

    /// <summary>Brings a run that runs into a state in which it does not.</summary>
    public static void End(this RunStore runs, long id, RunStatus status, string? error = null) => runs.Move(
        id,
        status switch
        {
            RunStatus.Finished => RunMove.Finish,
            RunStatus.Failed => RunMove.Fail,
            RunStatus.Cancelled => RunMove.Cancel,
            RunStatus.Interrupted => RunMove.Interrupt,
            RunStatus.Paused => RunMove.Pause,
            _ => throw new ArgumentOutOfRangeException(nameof(status), status, "A run that runs does not end so."),
        },
        error);
}
