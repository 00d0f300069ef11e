using FeatureExplorer.Storage.Folder;
using Microsoft.Data.Sqlite;

namespace FeatureExplorer.Storage.Database;

/// <summary>Copies a database as a whole while others read and write it, by SQLite's own means.</summary>
public static class DatabaseCopy
{
    /// <summary>Writes the state of this moment into a new file; writers of the source are not held up.</summary>
    /// <exception cref="InvalidDataException">The source is no database.</exception>
    public static void Copy(string source, string target)
    {
        try
        {
            using var from = Open(source, SqliteOpenMode.ReadWrite);
            using var to = Open(target, SqliteOpenMode.ReadWriteCreate);
            from.BackupDatabase(to);
        }
        catch (SqliteException exception)
        {
            throw new InvalidDataException(
                DiskFull.Caused(exception) ? DataFault.Sentence(exception, Path.GetDirectoryName(target)!) : $"{source} cannot be copied: {exception.Message}", exception);
        }
    }

    /// <summary>What SQLite finds wrong with a database file, or null when it is whole.</summary>
    public static string? Damage(string file)
    {
        try
        {
            // A connection that may write leaves no log beside the file.
            using var connection = Open(file, SqliteOpenMode.ReadWrite);
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA integrity_check(1)";
            return command.ExecuteScalar() is "ok" ? null : $"{file} is damaged.";
        }
        catch (SqliteException exception)
        {
            return $"{file}: {exception.Message}";
        }
    }

    private static SqliteConnection Open(string file, SqliteOpenMode mode)
    {
        NewestSqlite.Use();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
