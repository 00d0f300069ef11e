using Microsoft.Data.Sqlite;

namespace FeatureExplorer.Storage.Database;

/// <summary>
/// Takes everything that belongs to people out of a copy of a database: accounts with their claims, sign-ins and tokens, sessions, the audit log, and the names under labels, contexts, corpora and runs. The labels
/// and contexts themselves stay. What was removed is not left in free pages either.
/// </summary>
public static class AccountRemoval
{
    private static readonly string[] Steps =
    [
        "PRAGMA secure_delete = ON",
        "DELETE FROM AccountTokens",
        "DELETE FROM AccountLogins",
        "DELETE FROM AccountClaims",
        "DELETE FROM Sessions",
        "DELETE FROM Audit",
        "DELETE FROM Accounts",
        "UPDATE Labels SET Author = ''",
        "UPDATE SavedContexts SET Author = ''",
        "UPDATE Runs SET RequestedBy = NULL",
        // The lines of a run's log that say who did it: "Queued by NAME", "Paused, by NAME".
        "UPDATE RunEvents SET Text = 'Queued' WHERE Kind = 'State' AND Text LIKE 'Queued by %'",
        "UPDATE RunEvents SET Text = substr(Text, 1, instr(Text, ', by ') - 1) WHERE Kind = 'State' AND instr(Text, ', by ') > 0",
        "UPDATE Corpora SET Json = json_remove(Json, '$.addedBy')",
        // Addresses may hold keys.
        "UPDATE Corpora SET Json = json_set(Json, '$.from', 'an address') WHERE json_extract(Json, '$.from') LIKE 'http%' AND (instr(json_extract(Json, '$.from'), '?') > 0 OR instr(json_extract(Json, '$.from'), '@') > 0)",
        "VACUUM",
    ];

    /// <summary>Changes the file.</summary>
    /// <param name="copy">A database that no process has open.</param>
    /// <exception cref="InvalidDataException">It is no database of this version.</exception>
    public static void Run(string copy)
    {
        ArgumentException.ThrowIfNullOrEmpty(copy);
        NewestSqlite.Use();
        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = copy, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
            connection.Open();
            foreach (var step in Steps)
            {
                using var command = connection.CreateCommand();
#pragma warning disable CA2100 // One of the constants above.
                command.CommandText = step;
#pragma warning restore CA2100
                command.ExecuteNonQuery();
            }
        }
        catch (SqliteException exception)
        {
            throw new InvalidDataException($"Accounts could not be taken out of {copy}: {exception.Message}. Start this version of the server on the data folder once, then repeat the backup.", exception);
        }
    }
}
