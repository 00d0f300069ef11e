using FeatureExplorer.Storage.Folder;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace FeatureExplorer.Storage.Database;

/// <summary>The database of a data folder: opened once, brought to the newest schema, shared by the store and the writers.</summary>
public sealed class FeatureDatabase
{
    private readonly PooledDbContextFactory<FeatureDb> _contexts;

    private FeatureDatabase(DataFolder folder)
    {
        Folder = folder;
        _contexts = new PooledDbContextFactory<FeatureDb>(Options(folder.Database));
    }

    public DataFolder Folder { get; }

    /// <summary>Opens the database of a folder, makes it where it is missing, and applies migrations that it has not seen.</summary>
    /// <exception cref="InvalidDataException">The file is no database of this program, or of a newer version, or it cannot be written.</exception>
    public static FeatureDatabase Open(DataFolder folder)
    {
        var database = new FeatureDatabase(folder);
        try
        {
            DatabaseUpgrade.Apply(folder, database.NewContext);
            using var db = database.NewContext();
            ContentVersion.Prepare(db);
        }
        catch (SqliteException e)
        {
            throw new InvalidDataException($"{folder.Database}: {DataFault.Sentence(e, folder.Root)}", e);
        }

        return database;
    }

    /// <summary>Looks whether a folder's database, if there is one, is this program's and of a version that it knows. Changes nothing in it.</summary>
    /// <exception cref="InvalidDataException">It is not, or it cannot be read.</exception>
    public static void Check(DataFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        NewestSqlite.Use();
        try
        {
            DatabaseCheck.Seen(folder, DatabaseUpgrade.Known);
        }
        catch (SqliteException e)
        {
            throw new InvalidDataException($"{folder.Database}: {DataFault.Sentence(e, folder.Root)}", e);
        }
    }

    /// <summary>True when the database answers.</summary>
    public bool Ready()
    {
        using var db = NewContext();
        return db.Database.CanConnect();
    }

    /// <summary>Closes the idle connections, so that the file can be deleted.</summary>
    public void Close()
    {
        using var connection = new SqliteConnection(Connection(Folder.Database));
        SqliteConnection.ClearPool(connection);
    }

    internal static DbContextOptions<FeatureDb> Options(string file)
    {
        NewestSqlite.Use();
        return new DbContextOptionsBuilder<FeatureDb>().UseSqlite(Connection(file)).AddInterceptors(new SqlitePragmas()).Options;
    }

    /// <summary>The connection string of a database file; connections of the same string share a pool.</summary>
    internal static string Connection(string file) =>
        new SqliteConnectionStringBuilder { DataSource = file, Cache = SqliteCacheMode.Private, DefaultTimeout = DatabasePatience.Longest }.ToString();

    /// <summary>A context for one operation.</summary>
    internal FeatureDb NewContext()
    {
        var db = _contexts.CreateDbContext();
        // Commands take it from EF, the beginning of a transaction from the connection.
        db.Database.SetCommandTimeout(DatabasePatience.Seconds);
        ((SqliteConnection)db.Database.GetDbConnection()).DefaultTimeout = DatabasePatience.Seconds;
        return db;
    }
}
