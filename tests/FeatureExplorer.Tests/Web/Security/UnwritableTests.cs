using System.Net;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Storage.Database;
using FeatureExplorer.Web.Security;
using FeatureExplorer.Web.Security.Administration;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FeatureExplorer.Tests.Web.Security;

/// <summary>Signing in and out while the disk is full or another program writes to the database.</summary>
public sealed class UnwritableTests
{
    [Fact]
    public async Task DatabaseBusy_WritingIsAnsweredWith503_AndReadingWorks()
    {
        using var site = await AccountSite.Start(AccountSite.Patient);
        using var admin = await site.Visitor(Role.Admin);
        using var other = site.Visitor();
        var name = await site.Account(Role.Viewer);
        using var copy = new Visitor(site.Address);
        copy.Cookies.Add(admin.Cookies.GetAllCookies());
        using (DatabasePatienceTests.Hold(site.Service<FeatureDatabase>()))
        {
            foreach (var page in new[] { "/", "/about", "/accounts", "/audit", "/login", "/healthz/ready" })
            {
                Assert.Equal(HttpStatusCode.OK, await admin.Status(page));
            }

            var user = await site.User(admin);
            var create = await site.Service<AccountActs>().Do(service => service.Create(user, "grace", Role.Viewer));
            Assert.StartsWith("The database is busy", create.Problem, StringComparison.Ordinal);
            using var change = await admin.Post("/account", "change-password", ("Current", AccountSite.Password), ("NewPassword", "five other unrelated words"), ("Again", "five other unrelated words"));
            using var signIn = await other.SignIn(name, AccountSite.Password);
            foreach (var answer in new[] { change, signIn })
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                Assert.NotNull(answer.Headers.RetryAfter?.Delta);
                Assert.Contains("The database is busy", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }

            using var signOut = await admin.Post("/about", "/logout");
            Assert.Equal(HttpStatusCode.Redirect, signOut.StatusCode);
            Assert.Equal(HttpStatusCode.Redirect, await copy.Status("/accounts"));
        }

        Upkeep(site).Work();
        Assert.Equal(HttpStatusCode.Redirect, await copy.Status("/accounts"));
        Assert.Contains(site.Service<AuditStore>().Page(1).Items, e => e.What == "sign-out" && e.Who == admin.Name);
        using var again = await other.SignIn(name, AccountSite.Password);
        Assert.Equal(HttpStatusCode.Redirect, again.StatusCode);
        await site.DisposeAsync();
    }

    [Fact]
    public async Task DiskFull_AnAdministratorSignsInAndOut()
    {
        using var site = await AccountSite.Start(AccountSite.Patient);
        var name = await site.Account(Role.Admin);
        var database = site.Service<FeatureDatabase>();
        var id = site.Find(name).Id;
        Limit(database, 1); // SQLite takes the present size as the least
        Fill(i => site.Service<AuditStore>().Add(new AuditEntry(DateTime.UnixEpoch, null, "fill", "x", AuditOutcome.Done, Detail: new string('x', 450))));
        Fill(i => site.Service<SessionStore>().Add(new SessionInfo($"{i:D32}", id, DateTime.UtcNow)));
        using var visitor = site.Visitor();
        await SignIn();
        using var copy = new Visitor(site.Address);
        copy.Cookies.Add(visitor.Cookies.GetAllCookies());
        Assert.Equal(HttpStatusCode.OK, await copy.Status("/accounts"));
        using (await visitor.Post("/about", "/logout"))
        {
        }

        Assert.Equal(HttpStatusCode.Redirect, await copy.Status("/accounts"));
        await SignIn();

        // When there is room again, it is written.
        Limit(database, 1_000_000);
        Upkeep(site).Work();
        await site.Restart();
        Assert.Equal(HttpStatusCode.OK, await visitor.Status("/accounts"));
        Assert.Equal(HttpStatusCode.Redirect, await copy.Status("/accounts"));
        Assert.Equal(2, site.Service<AuditStore>().Page(1, new AuditFilter(name, "sign-in")).Total);
        await site.DisposeAsync();

        async Task SignIn()
        {
            using var answer = await visitor.SignIn(name, AccountSite.Password);
            Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
            Assert.Equal(HttpStatusCode.OK, await visitor.Status("/accounts"));
        }
    }

    private static AccessUpkeep Upkeep(AccountSite site) => site.App.Services.GetServices<IHostedService>().OfType<AccessUpkeep>().Single();

    private static void Fill(Action<int> add)
    {
        var failure = Record.Exception(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                add(i);
            }
        });
        Assert.True(DiskFull.Caused(failure), failure?.ToString());
    }

    // Connections are used again, with this setting: as many as requests may use at once.
    private static void Limit(FeatureDatabase database, int pages)
    {
        var contexts = Enumerable.Range(0, 8).Select(_ => database.NewContext()).ToList();
        foreach (var db in contexts)
        {
            db.Database.OpenConnection();
            using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = $"PRAGMA max_page_count = {pages}";
            command.ExecuteScalar();
        }

        contexts.ForEach(db => db.Dispose());
    }
}
