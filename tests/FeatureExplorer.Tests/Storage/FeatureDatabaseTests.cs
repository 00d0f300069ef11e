using FeatureExplorer.Storage;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Tests.Storage;

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
    public void Connection_Opened_HasOurSettings()
    {
        using var db = FeatureDatabase.Open(new DataFolder(_folder.Path)).NewContext();
        Assert.Equal("wal", Pragma(db, "journal_mode"));
        Assert.Equal(1L, Pragma(db, "synchronous"));
        Assert.Equal(1L, Pragma(db, "foreign_keys"));
    }

    public void Dispose() => _folder.Dispose();

    private static object? Pragma(FeatureDb db, string name)
    {
        db.Database.OpenConnection();
        using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"PRAGMA {name}";
        return command.ExecuteScalar();
    }
}
