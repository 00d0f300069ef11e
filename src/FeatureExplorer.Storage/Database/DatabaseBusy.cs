using Microsoft.Data.Sqlite;

namespace FeatureExplorer.Storage.Database;

/// <summary>Errors that come from a database that somebody else is writing to.</summary>
public static class DatabaseBusy
{
    private const int Busy = 5;
    private const int Locked = 6;

    /// <summary>True when an error, or one that caused it, says that the database stayed locked for as long as was waited.</summary>
    public static bool Caused(Exception? exception) => exception switch
    {
        null => false,
        AggregateException many => many.InnerExceptions.Any(Caused),
        SqliteException { SqliteErrorCode: Busy or Locked } => true,
        _ => Caused(exception.InnerException),
    };
}
