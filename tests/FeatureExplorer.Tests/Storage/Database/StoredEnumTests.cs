using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Tests.Storage.Database;

public sealed class StoredEnumTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1")]
    [InlineData("Running,Queued")]
    [InlineData("Sleeping")]
    public void Read_StateThatIsNone_IsRefusedWithItsNameAndThoseThatAre(string state)
    {
        var database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        var store = new RunStore(database, TimeProvider.System);
        var run = store.Add("demo", "{}");
        Sql(database, "UPDATE Runs SET Status = {0}", state);
        var message = Assert.Throws<InvalidDataException>(() => store.Find(run.Id)).Message;
        Assert.Contains($"the RunStatus \"{state}\"", message, StringComparison.Ordinal);
        Assert.Contains(nameof(RunStatus.Queued), message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("99")]
    [InlineData("2")]
    [InlineData("Admin,Viewer")]
    public void Read_RoleThatIsNone_IsTheLeast(string role)
    {
        var database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        using (var db = database.NewContext())
        {
            db.Users.Add(new Account { UserName = "ghost", NormalizedUserName = "GHOST", Role = Role.Admin });
            db.SaveChanges();
        }

        Sql(database, "UPDATE Accounts SET Role = {0}", role);
        var store = new AccountStore(database);
        Assert.Equal(Role.Viewer, store.All().Single().Role);
        Assert.False(store.HasAdministrator());
    }

    private static void Sql(FeatureDatabase database, string sql, string value)
    {
        using var db = database.NewContext();
        db.Database.ExecuteSqlRaw(sql, value);
    }
}
