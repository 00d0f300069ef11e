namespace FeatureExplorer.Web.Commands;

/// <summary>What the process returns.</summary>
public static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The command was understood and failed; the reason is on standard error.</summary>
    public const int Failure = 1;

    /// <summary>The command line was not understood.</summary>
    public const int Usage = 2;
}
