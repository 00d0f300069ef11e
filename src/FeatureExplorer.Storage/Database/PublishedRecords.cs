using System.Text.Json;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Folder;
using Microsoft.Data.Sqlite;

namespace FeatureExplorer.Storage.Database;

/// <summary>What a database says of its published dictionaries, read without bringing it to the newest tables: for those who look at a folder and change nothing.</summary>
public static class PublishedRecords
{
    /// <summary>All of them, in training too; none where there is no database, or one that cannot be read.</summary>
    public static IReadOnlyList<DictionaryInfo> Read(DataFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!File.Exists(folder.Database))
        {
            return [];
        }

        try
        {
            NewestSqlite.Use();
            // A connection that may write leaves no log beside the file.
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = folder.Database, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
            connection.Open();
            using var command = connection.CreateCommand();
            // Empty while features are being imported.
            command.CommandText = "SELECT Json FROM Dictionaries WHERE Json <> '' ORDER BY Id";
            using var reader = command.ExecuteReader();
            var found = new List<DictionaryInfo>();
            while (reader.Read())
            {
                found.Add(JsonSerializer.Deserialize(reader.GetString(0), StorageJson.Default.DictionaryInfo)!);
            }

            return found;
        }
        catch (Exception exception) when (exception is SqliteException or JsonException)
        {
            return [];
        }
    }
}
