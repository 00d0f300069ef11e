namespace FeatureExplorer.Storage.Runs;

/// <summary>What can happen to a run. <see cref="RunMoves"/> says from which state each is possible and where it leads.</summary>
public enum RunMove
{
    /// <summary>It has its turn.</summary>
    Start,

    /// <summary>It tells how far it has come.</summary>
    Report,

    /// <summary>It has made all that was asked for.</summary>
    Finish,

    /// <summary>An error ends it.</summary>
    Fail,

    /// <summary>It stops for a while, or is held back: somebody wants it so, or the disk is full.</summary>
    Pause,

    /// <summary>Somebody stops it for good, or takes it out of the queue.</summary>
    Cancel,

    /// <summary>It goes back into the queue, to go on from its last checkpoint.</summary>
    Resume,

    /// <summary>The server stops, and the next start of the server goes on with it.</summary>
    PutBack,

    /// <summary>Its command stops, and no queue takes it up again.</summary>
    Interrupt,

    /// <summary>It changes places with the run before or after it in the queue.</summary>
    Shift,

    /// <summary>The dictionary in training becomes browsable as it is.</summary>
    ShowFeatures,

    /// <summary>Its record goes, with its log and its curves.</summary>
    Delete,
}
