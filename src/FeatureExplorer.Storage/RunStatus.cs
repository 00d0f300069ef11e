namespace FeatureExplorer.Storage;

/// <summary>Where a run stands.</summary>
public enum RunStatus
{
    Queued,
    Running,
    Finished,
    Failed,
    Cancelled,

    /// <summary>The process ended while the run was going on.</summary>
    Interrupted,
}
