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
        RunMove? end = status switch
        {
            RunStatus.Finished => RunMove.Finish,
            RunStatus.Failed => RunMove.Fail,
            RunStatus.Cancelled => RunMove.Cancel,
            RunStatus.Interrupted => RunMove.Interrupt,
            RunStatus.Paused => RunMove.Pause,
            _ => null,
        };
        if (end is { } move)
        {
            runs.Move(id, move, error);
        }
    }
}
