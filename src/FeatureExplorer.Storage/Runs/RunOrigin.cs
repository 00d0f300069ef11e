namespace FeatureExplorer.Storage.Runs;

/// <summary>Who carries a run out.</summary>
public enum RunOrigin
{
    /// <summary>The server's queue, which also takes it up again after the process has ended.</summary>
    Queue,

    /// <summary>A command of its own process; starting the command again goes on with it.</summary>
    CommandLine,
}
