using FeatureExplorer.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Database;

/// <summary>
/// A number that grows with every change to what pages about features show: models, dictionaries, labels, saved contexts, relations, ablations, analyses, steering. The database's own
/// triggers count, whoever writes, another process included. Features themselves are written before their dictionary is published, and curves and logs of runs
/// are on no such page, so that a training run alone does not make it grow. Neither do the features of a dictionary that is still forming, which come anew with
/// every checkpoint and which no other dictionary's page shows.
/// </summary>
public sealed class ContentVersion(FeatureDatabase database)
{
    private static readonly string[] Tables = ["Models", "Dictionaries", "Labels", "SavedContexts", "RelationSummaries", "Ablations", "Analyses", "Steerings"];

    /// <summary>The number as it is now.</summary>
    public long Read()
    {
        using var db = database.NewContext();
        db.Database.OpenConnection();
        using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = "SELECT Value FROM ContentVersion";
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>Of dictionaries only those count that are published and finished, of an analysis only the row that completes it.</summary>
    private static string When(string table, string change)
    {
        var row = change == "DELETE" ? "OLD" : "NEW";
        return table == nameof(FeatureDb.Analyses) ? $"WHEN {row}.\"Index\" = {AnalysisRow.Whole}"
            : table == nameof(FeatureDb.Dictionaries)
            ? $"WHEN {row}.Status = '{DictionaryStatus.Ready}' AND (CASE WHEN json_valid({row}.Json) THEN json_extract({row}.Json, '$.forming') END) IS NULL"
            : string.Empty;
    }

    /// <summary>Makes what is missing of the counter and its triggers: a migration that builds a table anew takes the table's triggers with it.</summary>
    internal static void Prepare(FeatureDb db)
    {
        db.Database.ExecuteSqlRaw("CREATE TABLE IF NOT EXISTS ContentVersion (Id INTEGER PRIMARY KEY CHECK (Id = 1), Value INTEGER NOT NULL)");
        db.Database.ExecuteSqlRaw("INSERT INTO ContentVersion (Id, Value) SELECT 1, 0 WHERE NOT EXISTS (SELECT 1 FROM ContentVersion)");
        foreach (var table in Tables)
        {
            foreach (var change in (string[])["INSERT", "UPDATE", "DELETE"])
            {
                // Names from the lists above alone.
#pragma warning disable EF1002
                db.Database.ExecuteSqlRaw(
                    $"CREATE TRIGGER IF NOT EXISTS Content{table}{change} AFTER {change} ON {table} {When(table, change)} BEGIN UPDATE ContentVersion SET Value = Value + 1; END");
#pragma warning restore EF1002
            }
        }
    }
}
