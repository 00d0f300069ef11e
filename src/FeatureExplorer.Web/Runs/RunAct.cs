namespace FeatureExplorer.Web.Runs;

/// <summary>What an administrator may do with a run from a page.</summary>
public enum RunAct
{
    /// <summary>Makes the features of the dictionary in training browsable.</summary>
    Features,

    Pause,

    Resume,

    Cancel,

    /// <summary>One place nearer to its turn.</summary>
    Earlier,

    /// <summary>One place further from it.</summary>
    Later,

    Delete,
}
