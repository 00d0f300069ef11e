using FeatureExplorer.Storage.Folder;
using Microsoft.Data.Sqlite;

namespace FeatureExplorer.Storage.Database;

/// <summary>Looks at a database file before anything is written to it: is it this program's, and of a version that this one knows?</summary>
internal static class DatabaseCheck
{
    private const string History = "__EFMigrationsHistory";

    /// <summary>The migrations that a database has seen; none where there is no database yet.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="known">The migrations of this version.</param>
    /// <exception cref="InvalidDataException">It is empty beside finished work, another program's, or a newer version's.</exception>
    public static IReadOnlyList<string> Seen(DataFolder folder, IReadOnlyList<string> known)
    {
        var file = new FileInfo(folder.Database);
        if (!file.Exists)
        {
            return [];
        }

        if (file.Length == 0)
        {
            DemandNoWork(folder);
        }

        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = folder.Database, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        connection.Open();
        var seen = Ours(connection, folder, known);
        // A file that has another journal, such as an empty one, could not be given ours by the object mapper, which looks at it for reading only first.
        Read(connection, "PRAGMA journal_mode = WAL");
        return seen;
    }

    private static List<string> Ours(SqliteConnection connection, DataFolder folder, IReadOnlyList<string> known)
    {
        var tables = Read(connection, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name");
        if (!tables.Contains(History))
        {
            if (tables.Any(static table => !table.StartsWith("__EF", StringComparison.Ordinal)))
            {
                throw new InvalidDataException($"{folder.Database} is another program's database (it holds {string.Join(", ", tables.Take(3))}): name another folder with --data.");
            }

            return [];
        }

        var seen = Read(connection, $"SELECT MigrationId FROM {History} ORDER BY MigrationId");
        return seen.Except(known).LastOrDefault() is { } newer
            ? throw new InvalidDataException(
                $"{folder.Database} was written by a newer version of this program (it has the change {newer}): use that version or a later one with it, or name another folder with --data. Nothing in it was changed.")
            : seen;
    }

    // SQLite takes an empty file for a new database; beside finished work it is one that was lost.
    private static void DemandNoWork(DataFolder folder)
    {
        if (new[] { folder.Models, Path.Combine(folder.Root, "dictionaries") }.Any(static work => Directory.Exists(work) && Directory.EnumerateFileSystemEntries(work).Any()))
        {
            throw new InvalidDataException(
                $"{folder.Database} is empty, but there are models in {folder.Root}: restore the folder from a backup (restore BACKUP --data NEW). "
                + "Without one, delete the empty file and start the same runs again: they take over the models and dictionaries that are there.");
        }
    }

    private static List<string> Read(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var values = new List<string>();
        while (reader.Read())
        {
            values.Add(reader.GetString(0));
        }

        return values;
    }
}
