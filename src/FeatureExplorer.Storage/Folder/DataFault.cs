using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Folder;

/// <summary>What is wrong with a data folder or its database, in a sentence that says what helps. No remedy costs what is in the folder.</summary>
public static class DataFault
{
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;
    private const int SqliteReadOnly = 8;
    private const int SqliteInputOutput = 10;
    private const int SqliteDamaged = 11;
    private const int SqliteCannotOpen = 14;
    private const int SqliteNoDatabase = 26;

    private const long LeastRoom = 256 << 10;

    // EROFS: the file system is mounted for reading only.
    private const int ReadOnlyFileSystem = 30;

    /// <summary>The sentence for an error of the file system or the database; null for an error of another kind.</summary>
    /// <param name="exception">The error, or one that another caused.</param>
    /// <param name="folder">The data folder, where it is known.</param>
    public static string? Describe(Exception? exception, string? folder = null)
    {
        var place = folder is null ? "The data folder" : $"The data folder {folder}";
        if (DiskFull.Caused(exception) || (exception is SqliteException { SqliteErrorCode: SqliteInputOutput } && HasNoRoom(folder)))
        {
            return $"{(folder is null ? "The disk" : $"The disk that holds {folder}")} is full: free some space and start the same command again. What is there stays as it is, and a run goes on from its last checkpoint.";
        }

        return exception switch
        {
            null => null,
            UnauthorizedAccessException => NotWritable(place, exception.Message),
            IOException when (exception.HResult & 0xFFFF) == ReadOnlyFileSystem => NotWritable(place, exception.Message),
            SqliteException { SqliteErrorCode: SqliteReadOnly or SqliteCannotOpen } => NotWritable(place, exception.Message),
            SqliteException { SqliteErrorCode: SqliteBusy or SqliteLocked } =>
                $"Another program has held the database of {(folder is null ? "the data folder" : folder)} for too long: end it, or wait until it has finished, and start the same command again.",
            SqliteException { SqliteErrorCode: SqliteInputOutput } =>
                $"The disk that holds {folder ?? "the data folder"} could not be read or written ({exception.Message.TrimEnd('.')}): see that it works and has free space, and start the same command again.",
            SqliteException { SqliteErrorCode: SqliteDamaged or SqliteNoDatabase } => Damaged(folder is null ? "The database" : $"The database of {folder}", exception.Message),
            SqliteException => $"The database{(folder is null ? string.Empty : $" of {folder}")} cannot be used: {exception.Message}",
            _ => Describe(exception.InnerException, folder),
        };
    }

    /// <summary>Whether an error's own words name no remedy: the database's, and that of a full disk.</summary>
    public static bool NeedsWords(Exception exception) =>
        exception is SqliteException or DbUpdateException || (exception is IOException { InnerException: null } && DiskFull.Caused(exception));

    /// <summary>As <see cref="Describe"/>, with the error's own words where there is nothing better to say.</summary>
    public static string Sentence(Exception exception, string folder)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return Describe(exception, folder) ?? $"{folder} cannot be used as the data folder: {exception.Message.TrimEnd('.')}. Name another folder with --data.";
    }

    /// <summary>For a file in the place of the database that is none, or no longer one.</summary>
    internal static string Damaged(string what, string why) =>
        $"{what} is damaged or no database ({why.TrimEnd('.')}): restore the folder from a backup (restore BACKUP --data NEW), or name another folder with --data. Leave this one as it is: its models and dictionaries are still in it.";

    // SQLite does not always say so: where it maps a file into memory, a full disk is an error of input and output like any other.
    private static bool HasNoRoom(string? folder) => folder is not null && new DriveInfo(folder).AvailableFreeSpace < LeastRoom;

    private static string NotWritable(string place, string why) =>
        $"{place} cannot be written ({why.TrimEnd('.')}): give the account that runs this program the right to write there, or name another folder with --data.";
}
