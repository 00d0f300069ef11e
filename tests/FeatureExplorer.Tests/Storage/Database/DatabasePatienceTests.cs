using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Tests.Storage.Database;

public sealed class DatabasePatienceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_DatabaseIsBusyForLonger_IsGivenUpAndWorksAfterwards()
    {
        var database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        var audit = new AuditStore(database);
        using (Hold(database))
        {
            for (var time = 0; time < 2; time++)
            {
                using var patience = DatabasePatience.Limit(1);
                using (var db = database.NewContext())
                {
                    Assert.Equal((1, 1), (db.Database.GetCommandTimeout(), ((SqliteConnection)db.Database.GetDbConnection()).DefaultTimeout));
                }

                var busy = Record.Exception(() => audit.Add(Entry));
                Assert.True(DatabaseBusy.Caused(busy), busy?.ToString());
                Assert.False(DiskFull.Caused(busy));
                Assert.True(DatabaseBusy.Caused(Record.Exception(() => new SessionStore(database).RemoveAll("nobody"))));
                Assert.Equal(0, audit.Page(1).Total);
            }
        }

        audit.Add(Entry);
        Assert.Equal(1, audit.Page(1).Total);
    }

    [Fact]
    public async Task Limit_Over_HoldsNoLongerForWorkThatItStarted()
    {
        var begun = new TaskCompletionSource();
        Task<int> work;
        using (DatabasePatience.Limit(5))
        {
            using (DatabasePatience.Limit(2))
            {
                Assert.Equal(2, DatabasePatience.Seconds);
            }

            Assert.Equal(5, DatabasePatience.Seconds);
            work = Task.Run(async () =>
            {
                await begun.Task;
                return DatabasePatience.Seconds;
            });
        }

        begun.SetResult();
        Assert.Equal(DatabasePatience.Longest, await work);
    }

    private static AuditEntry Entry => new(DateTime.UnixEpoch, null, "test", "x", AuditOutcome.Done);

    /// <summary>Another program writes to the database until this is disposed.</summary>
    internal static SqliteConnection Hold(FeatureDatabase database)
    {
        var connection = new SqliteConnection($"Data Source={database.Folder.Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        command.ExecuteNonQuery();
        return connection;
    }
}
