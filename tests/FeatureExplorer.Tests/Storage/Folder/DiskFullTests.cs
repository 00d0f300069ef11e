using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;

namespace FeatureExplorer.Tests.Storage.Folder;

public sealed class DiskFullTests : IDisposable
{
    private const int CommitRefused = 531; // SQLITE_CONSTRAINT_COMMITHOOK

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_AfterTheDiskWasFull_WorksAgain()
    {
        var database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        var (runs, history) = (new RunStore(database, TimeProvider.System), new RunHistory(database, TimeProvider.System));
        var run = runs.Add("demo", "{}");
        var text = new string('x', 900);
        Limit(database, 1); // SQLite takes the present size as the least

        var failure = Assert.ThrowsAny<Exception>(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                history.Log(run.Id, RunEventKind.Warning, text);
            }
        });
        Assert.True(DiskFull.Caused(failure), failure.ToString());
        Assert.ThrowsAny<Exception>(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                history.Log(run.Id, RunEventKind.Warning, text);
            }
        });

        Limit(database, 1_000_000);
        history.Log(run.Id, RunEventKind.State, text);
        runs.Move(run.Id, RunMove.Pause, "full");
        Assert.Equal(RunStatus.Paused, runs.Find(run.Id)!.Status);
    }

    [Fact]
    public void Commit_Fails_SaysWhyAndTheConnectionCanBeUsedAgain()
    {
        var database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        var (runs, history, writer) = (new RunStore(database, TimeProvider.System), new RunHistory(database, TimeProvider.System), new RunWriter(database));
        var run = runs.Add("demo", "{}");
        writer.SaveModel(SampleReports.Model());

        // As on a full disk, the commit fails and SQLite undoes the transaction by itself.
        Refuse(database, true);
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(CommitRefused, Assert.IsType<SqliteException>(Cause(() => history.Log(run.Id, RunEventKind.State, "lost"))).SqliteExtendedErrorCode);
            Assert.Equal(CommitRefused, Assert.IsType<SqliteException>(Cause(() => runs.Move(run.Id, RunMove.Start))).SqliteExtendedErrorCode);
        }

        Refuse(database, false);
        history.Log(run.Id, RunEventKind.State, "kept");
        Assert.Equal(RunStatus.Running, runs.Move(run.Id, RunMove.Start).Status);
        writer.Publish(SampleReports.Draft(6), SampleReports.Reports(6), SampleVocabulary.Text);
        Assert.Equal("kept", Assert.Single(history.Events(run.Id, 10)).Text);
    }

    [Fact]
    public void Commit_OfAnImportFails_SaysWhyAndTheConnectionCanBeUsedAgain()
    {
        var database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        using var db = database.NewContext();
        db.Database.OpenConnection();
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        raw.sqlite3_commit_hook(connection.Handle, static _ => 1, null);
        var refused = Assert.Throws<SqliteException>(() => Write(connection));
        Assert.Equal(CommitRefused, refused.SqliteExtendedErrorCode);
        raw.sqlite3_commit_hook(connection.Handle, null, null);
        Write(connection);

        static void Write(SqliteConnection connection)
        {
            using var transaction = connection.BeginTransaction();
            using var command = connection.CreateCommand();
            (command.Transaction, command.CommandText) = (transaction, "UPDATE ContentVersion SET Value = Value + 1");
            command.ExecuteNonQuery();
            transaction.Commit();
        }
    }

    private static Exception Cause(Action action)
    {
        var exception = Assert.ThrowsAny<Exception>(action);
        return exception.InnerException ?? exception;
    }

    // Connections are used again, with what is set here.
    private static void Refuse(FeatureDatabase database, bool refuse)
    {
        using var db = database.NewContext();
        db.Database.OpenConnection();
        raw.sqlite3_commit_hook(((SqliteConnection)db.Database.GetDbConnection()).Handle, refuse ? static _ => 1 : null, null);
    }

    // Connections are used again, with this setting.
    private static void Limit(FeatureDatabase database, int pages)
    {
        using var db = database.NewContext();
        db.Database.OpenConnection();
        using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"PRAGMA max_page_count = {pages}";
        command.ExecuteScalar();
    }
}
