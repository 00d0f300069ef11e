using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using SQLitePCL;

namespace FeatureExplorer.Storage;

/// <summary>
/// Keeps connections usable after a commit that failed, such as on a full disk. SQLite has then undone the transaction by itself, but its driver does not notice,
/// tries to undo it once more, fails, hides the first error behind the second, and refuses every later transaction of the connection.
/// </summary>
internal sealed class FailedCommits : DbTransactionInterceptor
{
    public override void TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData) => Undoable(transaction.Connection as SqliteConnection);

    public override Task TransactionFailedAsync(DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Undoable(transaction.Connection as SqliteConnection);
        return Task.CompletedTask;
    }

    /// <summary>Commits a transaction that was not begun by the object mapper.</summary>
    public static void Commit(SqliteTransaction transaction)
    {
        try
        {
            transaction.Commit();
        }
        catch (SqliteException)
        {
            Undoable(transaction.Connection);
            throw;
        }
    }

    // An empty transaction in the place of the one that is gone: the driver's attempt to undo it succeeds.
    private static void Undoable(SqliteConnection? connection)
    {
        if (connection?.Handle is { } handle && raw.sqlite3_get_autocommit(handle) != 0)
        {
            raw.sqlite3_exec(handle, "BEGIN");
        }
    }
}
