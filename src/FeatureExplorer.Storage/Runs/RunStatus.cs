namespace FeatureExplorer.Storage.Runs;

/// <summary>Where a run stands.</summary>
public enum RunStatus
{
    /// <summary>Waits for its turn.</summary>
    Queued,

    Running,

    Finished,

    /// <summary>Ended by an error, which the run tells.</summary>
    Failed,

    /// <summary>Stopped for good by somebody; can be taken up again from its last checkpoint.</summary>
    Cancelled,

    /// <summary>The process ended while the run was going on, and no queue takes it up again by itself.</summary>
    Interrupted,

    /// <summary>Stopped for a while by somebody, or because the disk is full.</summary>
    Paused,
}
