using Microsoft.Data.Sqlite;

namespace FeatureExplorer.Storage.Folder;

/// <summary>Errors that come from a full disk.</summary>
public static class DiskFull
{
    // What operating systems answer: ENOSPC and EDQUOT on Unix, "handle disk full" and "disk full" on Windows.
    private static readonly int[] FullCodes = [28, 122, 39, 112];
    private const int SqliteFull = 13;

    /// <summary>True when an error, or one that caused it, says that the disk is full.</summary>
    public static bool Caused(Exception? exception) => exception switch
    {
        null => false,
        AggregateException many => many.InnerExceptions.Any(Caused),
        SqliteException { SqliteErrorCode: SqliteFull } => true,
        IOException io when FullCodes.Contains(io.HResult & 0xFFFF) => true,
        _ => Caused(exception.InnerException),
    };
}
