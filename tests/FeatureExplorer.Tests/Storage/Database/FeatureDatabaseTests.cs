using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;

namespace FeatureExplorer.Tests.Storage.Database;

public sealed class FeatureDatabaseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Model_ComparedWithTheMigrations_HasNotChanged()
    {
        using var db = FeatureDatabase.Open(new DataFolder(_folder.Path)).NewContext();
        Assert.False(db.Database.HasPendingModelChanges(), "The model has changed: add a migration (src/FeatureExplorer.Storage/README.md).");
    }

    [Fact]
    public void CompiledModel_ComparedWithTheModel_HasNotChanged()
    {
        using var db = FeatureDatabase.Open(new DataFolder(_folder.Path)).NewContext();
        var built = ((IDesignTimeModel)db.GetInfrastructure().GetService(typeof(IDesignTimeModel))!).Model;
        Assert.StartsWith("FeatureExplorer.Storage.CompiledModel", db.Model.GetType().FullName, StringComparison.Ordinal);
        Assert.NotEmpty(Described(built));
        Assert.Equal(Described(built), Described(db.Model));

        static IEnumerable<string> Described(IModel model) =>
            from entity in model.GetEntityTypes().OrderBy(static e => e.Name, StringComparer.Ordinal)
            from line in ((IEnumerable<string>)[$"{entity.Name} in {entity.GetTableName()}"])
                .Concat(entity.GetProperties().Select(static p =>
                    $"{p.DeclaringType.DisplayName()}.{p.Name}: {p.ClrType} {p.GetColumnName()} {p.GetColumnType()} null {p.IsNullable} {p.GetMaxLength()} {p.ValueGenerated} {p.GetValueConverter()?.ProviderClrType}"))
                .Concat(entity.GetKeys().Select(static k => $"key {string.Join(",", k.Properties.Select(static p => p.Name))} {k.IsPrimaryKey()}"))
                .Concat(entity.GetForeignKeys().Select(static k => $"to {k.PrincipalEntityType.Name} {string.Join(",", k.Properties.Select(static p => p.Name))} {k.DeleteBehavior} {k.IsUnique}"))
                .Concat(entity.GetIndexes().Select(static i => $"index {i.GetDatabaseName()} {string.Join(",", i.Properties.Select(static p => p.Name))} {i.IsUnique}"))
                .Append($"returning {entity.IsSqlReturningClauseUsed()}")
            select line;
    }

    [Fact]
    public void Open_Twice_KeepsTheData()
    {
        var folder = new DataFolder(_folder.Path);
        new RunWriter(FeatureDatabase.Open(folder)).SaveModel(SampleReports.Model());
        Assert.Single(new FeatureStore(FeatureDatabase.Open(folder)).Models());
    }

    [Fact]
    public void NewContext_OneAfterAnotherAndTogether_AllHaveTheSettings()
    {
        var database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        for (var round = 0; round < 3; round++)
        {
            using var first = database.NewContext();
            using var second = database.NewContext();
            Assert.All([first, second], db => Assert.Equal((1L, 2L), ((long)Pragma(db, "foreign_keys")!, (long)Pragma(db, "temp_store")!)));
        }
    }

    [Fact]
    public void Open_ForeignFile_SaysSo()
    {
        var folder = new DataFolder(_folder.Path);
        File.WriteAllText(folder.Database, new string('x', 5000));
        var e = Assert.Throws<InvalidDataException>(() => FeatureDatabase.Open(folder));
        Assert.Contains(folder.Database, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_DatabaseOfANewerVersion_IsRefusedAndNotChanged()
    {
        var folder = new DataFolder(_folder.Path);
        using (var db = FeatureDatabase.Open(folder).NewContext())
        {
            db.Database.ExecuteSqlRaw("INSERT INTO __EFMigrationsHistory VALUES ('20990101000000_Later', '12.0')");
            db.Database.ExecuteSqlRaw("DROP TRIGGER ContentModelsINSERT");
        }

        var message = Assert.Throws<InvalidDataException>(() => FeatureDatabase.Open(folder)).Message;

        Assert.All([folder.Database, "newer version", "20990101000000_Later"], part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.Empty(Sql(folder, "SELECT name FROM sqlite_master WHERE name = 'ContentModelsINSERT'"));
    }

    [Fact]
    public void Open_DatabaseOfAnotherProgram_IsRefusedAndNotChanged()
    {
        var folder = new DataFolder(_folder.Path);
        Sql(folder, "CREATE TABLE Songs (Id INTEGER)");

        var message = Assert.Throws<InvalidDataException>(() => FeatureDatabase.Open(folder)).Message;

        Assert.All([folder.Database, "another program", "Songs"], part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.Equal(["Songs"], Sql(folder, "SELECT name FROM sqlite_master"));
    }

    [Fact]
    public void Open_EmptyFileInAnEmptyFolder_BecomesTheDatabase()
    {
        var folder = new DataFolder(_folder.Path);
        File.WriteAllBytes(folder.Database, []);
        new RunWriter(FeatureDatabase.Open(folder)).SaveModel(SampleReports.Model());
        Assert.Single(new FeatureStore(FeatureDatabase.Open(folder)).Models());
    }

    [Theory]
    [InlineData("models/A")]
    [InlineData("dictionaries/A/1")]
    public void Open_EmptyFileBesideFinishedWork_IsRefusedWithARemedyThatLosesNothing(string work)
    {
        var folder = new DataFolder(_folder.Path);
        Directory.CreateDirectory(Path.Combine(folder.Root, work));
        File.WriteAllBytes(folder.Database, []);

        var message = Assert.Throws<InvalidDataException>(() => FeatureDatabase.Open(folder)).Message;

        Assert.Contains("restore the folder from a backup", message, StringComparison.Ordinal);
        Assert.Equal(0, new FileInfo(folder.Database).Length);
    }

    [Fact]
    public void Open_DamagedFile_NamesARemedyThatLosesNothing()
    {
        var folder = new DataFolder(_folder.Path);
        File.WriteAllText(folder.Database, new string('x', 5000));
        var message = Assert.Throws<InvalidDataException>(() => FeatureDatabase.Open(folder)).Message;
        Assert.Contains("restore BACKUP --data NEW", message, StringComparison.Ordinal);
        Assert.DoesNotContain("ove it away", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Connection_Opened_HasOurSettings()
    {
        using var db = FeatureDatabase.Open(new DataFolder(_folder.Path)).NewContext();
        Assert.Equal("wal", Pragma(db, "journal_mode"));
        Assert.Equal(1L, Pragma(db, "synchronous"));
        Assert.Equal(1L, Pragma(db, "foreign_keys"));
    }

    public void Dispose() => _folder.Dispose();

    private static List<string> Sql(DataFolder folder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={folder.Database};Pooling=False");
        connection.Open();
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

    private static object? Pragma(FeatureDb db, string name)
    {
        db.Database.OpenConnection();
        using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"PRAGMA {name}";
        return command.ExecuteScalar();
    }
}
