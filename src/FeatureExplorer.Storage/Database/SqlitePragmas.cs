using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using SQLitePCL;

namespace FeatureExplorer.Storage.Database;

/// <summary>SQLite's settings, applied to every connection as it opens.</summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    // journal_mode: readers do not wait for the writer. synchronous: with a write-ahead log, NORMAL keeps the file whole at a power cut.
    // foreign_keys: off by default in the operating system's library. temp_store: sorts stay in memory.
    // journal_size_limit: the log shrinks again after an import.
    private const string Settings =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; "
        + "PRAGMA journal_size_limit = 67108864;";

    // A pool opens the same connection over and over; what has been set, stays.
    private static readonly object Set = new();
    private readonly ConditionalWeakTable<sqlite3, object> _set = [];

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Apply(connection);

    public override Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Apply(connection);
        return Task.CompletedTask;
    }

    private void Apply(DbConnection connection)
    {
        var handle = ((SqliteConnection)connection).Handle!;
        if (_set.TryGetValue(handle, out _))
        {
            return;
        }

        using var command = connection.CreateCommand();
        command.CommandText = Settings;
        command.ExecuteNonQuery();
        // Only now: where it failed, the next to open the connection tries again.
        _set.AddOrUpdate(handle, Set);
    }
}
