namespace FeatureExplorer.Storage.Runs;

/// <summary>What a line of a run's log tells.</summary>
public enum RunEventKind
{
    /// <summary>A stage began or ended.</summary>
    Stage,

    /// <summary>State was written from which the run can go on.</summary>
    Checkpoint,

    /// <summary>Dead features were given new weights.</summary>
    Resampling,

    /// <summary>Features of a dictionary in training were made browsable.</summary>
    Features,

    /// <summary>Somebody, or the server, changed the run's state.</summary>
    State,

    /// <summary>Something that did not stop the run.</summary>
    Warning,

    /// <summary>Why it failed.</summary>
    Error,
}
