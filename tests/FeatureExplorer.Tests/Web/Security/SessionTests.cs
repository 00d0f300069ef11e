using System.Net;
using System.Reflection;
using System.Security.Claims;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security;
using FeatureExplorer.Web.Security.SignIns;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureExplorer.Tests.Web.Security;

public sealed class SessionTests(AccountSite site) : IClassFixture<AccountSite>
{
    private const string NewPassword = "five other unrelated words";

    [Fact]
    public async Task RoleChange_EndsTheSessionAtOnce()
    {
        using var admin = await site.Visitor(Role.Admin);
        using var visitor = await site.Visitor(Role.Admin);
        Assert.Equal(HttpStatusCode.OK, await visitor.Status("/accounts"));
        await Change(admin, (service, user) => service.ChangeRole(user, site.Find(visitor.Name).Id, Role.Viewer));
        Assert.Equal(HttpStatusCode.Redirect, await visitor.Status("/accounts"));
        await Assert.ThrowsAsync<AccessDeniedException>(() => site.Manage(visitor, static (service, user) => service.Create(user, "eve", Role.Viewer)));
        using var again = await visitor.SignIn(visitor.Name, AccountSite.Password);
        Assert.Equal(HttpStatusCode.Forbidden, await visitor.Status("/accounts"));
    }

    [Fact]
    public async Task Disabling_EndsTheSessionAndKeepsTheAccountOut()
    {
        using var admin = await site.Visitor(Role.Admin);
        using var visitor = await site.Visitor(Role.Annotator);
        var id = site.Find(visitor.Name).Id;
        await Change(admin, (service, user) => service.SetDisabled(user, id, true));
        Assert.Equal(HttpStatusCode.Redirect, await visitor.Status("/account"));
        using var refused = await visitor.SignIn(visitor.Name, AccountSite.Password);
        Assert.Equal(HttpStatusCode.OK, refused.StatusCode);
        await Change(admin, (service, user) => service.SetDisabled(user, id, false));
        using var accepted = await visitor.SignIn(visitor.Name, AccountSite.Password);
        Assert.Equal(HttpStatusCode.Redirect, accepted.StatusCode);
    }

    [Fact]
    public async Task PasswordChange_KeepsThisSessionAndEndsTheOthers()
    {
        using var visitor = await site.Visitor(Role.Viewer);
        using var other = site.Visitor();
        using var signedIn = await other.SignIn(visitor.Name, AccountSite.Password);
        using var wrong = await ChangePassword(visitor, "not the password");
        Assert.Contains("not right", (await Visitor.Parse(wrong)).QuerySelector("[role=alert]")!.TextContent, StringComparison.Ordinal);
        using var changed = await ChangePassword(visitor, AccountSite.Password);
        Assert.Contains("has been changed", (await Visitor.Parse(changed)).QuerySelector("[role=status]")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await visitor.Status("/account"));
        Assert.Equal(HttpStatusCode.Redirect, await other.Status("/account"));
        using var old = await other.SignIn(visitor.Name, AccountSite.Password);
        Assert.Equal(HttpStatusCode.OK, old.StatusCode);
    }

    [Fact]
    public async Task NewAccount_MayOnlyReadUntilItsPasswordIsChanged()
    {
        using var admin = await site.Visitor(Role.Admin);
        var password = (await Change(admin, static (service, user) => service.Create(user, "grace", Role.Admin))).Password!;
        Assert.DoesNotContain(password, await (await admin.Get("/accounts")).Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var visitor = site.Visitor();
        using var first = await visitor.SignIn("grace", password);
        Assert.EndsWith("/account", first.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, await visitor.Status("/accounts"));
        using var changed = await ChangePassword(visitor, password);
        Assert.Equal(HttpStatusCode.OK, await visitor.Status("/accounts"));
    }

    [Fact]
    public async Task ResetPassword_EndsTheSessionAndReplacesThePassword()
    {
        using var admin = await site.Visitor(Role.Admin);
        using var visitor = await site.Visitor(Role.Annotator);
        var password = (await Change(admin, (service, user) => service.ResetPassword(user, site.Find(visitor.Name).Id))).Password!;
        Assert.Equal(HttpStatusCode.Redirect, await visitor.Status("/account"));
        using var old = await visitor.SignIn(visitor.Name, AccountSite.Password);
        Assert.Equal(HttpStatusCode.OK, old.StatusCode);
        using var fresh = await visitor.SignIn(visitor.Name, password);
        Assert.Equal(HttpStatusCode.Redirect, fresh.StatusCode);
    }

    [Fact]
    public async Task SignOut_ACopyOfItsCookie_OpensNothing()
    {
        using var visitor = await site.Visitor(Role.Admin);
        using var other = site.Visitor();
        using var signedIn = await other.SignIn(visitor.Name, AccountSite.Password);
        using var thief = Copy(visitor);
        Assert.Equal(HttpStatusCode.OK, await thief.Status("/accounts"));
        using var answer = await visitor.Post("/about", "/logout");
        Assert.Equal(HttpStatusCode.Redirect, await thief.Status("/accounts"));
        // Other sessions of the account go on.
        Assert.Equal(HttpStatusCode.OK, await other.Status("/accounts"));
    }

    [Fact]
    public async Task Account_Removed_EndsItsSessions()
    {
        using var visitor = await site.Visitor(Role.Viewer);
        using (var scope = site.App.Services.CreateScope())
        {
            var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
            Assert.True((await accounts.DeleteAsync((await accounts.FindByNameAsync(visitor.Name))!)).Succeeded);
        }

        Assert.Equal(HttpStatusCode.Redirect, await visitor.Status("/account"));
    }

    [Fact]
    public async Task Session_OlderThanTheLongestAge_HasEnded()
    {
        using var own = await AccountSite.Start(AccountSite.Patient with { Access = new AccessOptions { SessionMaxHours = 24 } });
        using var visitor = await own.Visitor(Role.Viewer);
        var id = own.Find(visitor.Name).Id;
        Age(own, id, TimeSpan.FromHours(23.9));
        Assert.Equal(HttpStatusCode.OK, await visitor.Status("/account"));
        Age(own, id, TimeSpan.FromHours(24.1));
        Assert.Equal(HttpStatusCode.Redirect, await visitor.Status("/account"));
        await own.DisposeAsync();
    }

    [Theory]
    [InlineData(99)]
    [InlineData(3)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public async Task Role_OutsideTheList_IsRefusedByName(int role)
    {
        using var admin = await site.Visitor(Role.Admin);
        var account = site.Find(await site.Account(Role.Viewer));
        foreach (var result in new[]
        {
            await site.Manage(admin, (service, user) => service.Create(user, "ghost", (Role)role)),
            await site.Manage(admin, (service, user) => service.ChangeRole(user, account.Id, (Role)role)),
        })
        {
            Assert.Equal(new AccountResult($"The role is \"{role}\"; it must be one of viewer, annotator, admin."), result);
        }

        Assert.Equal(account, site.Find(account.Name));
        Assert.DoesNotContain(site.Service<AccountStore>().All(), a => a.Name == "ghost");
    }

    [Theory]
    [InlineData("99")]
    [InlineData("2")]
    [InlineData("Admin,Viewer")]
    [InlineData("Ghost")]
    public async Task Role_WrittenIntoTheDatabaseBySomebodyElse_GivesTheLeastAndIsNamed(string role)
    {
        using var own = await AccountSite.Start(AccountSite.Patient);
        using var visitor = await own.Visitor(Role.Admin);
        Sql(own, $"UPDATE Accounts SET Role = '{role}'");
        Assert.Equal(HttpStatusCode.Redirect, await visitor.Status("/accounts"));
        using var again = await visitor.SignIn(visitor.Name, AccountSite.Password);
        Assert.Equal(HttpStatusCode.Forbidden, await visitor.Status("/accounts"));
        Assert.Equal(Role.Viewer, own.Find(visitor.Name).EffectiveRole);
        Assert.Equal((visitor.Name, role), Assert.Single(own.Service<AccountStore>().ForeignRoles()));
        await own.DisposeAsync();
    }

    [Fact]
    public async Task Restart_KeepsSessions()
    {
        using var own = await AccountSite.Start(AccountSite.Patient);
        using var visitor = await own.Visitor(Role.Viewer);
        await own.Restart();
        Assert.Equal(HttpStatusCode.OK, await visitor.Status("/account"));
        await own.DisposeAsync();
    }

    [Fact]
    public async Task LastAdministrator_CannotBeDemotedOrDisabled()
    {
        using var own = await AccountSite.Start(AccountSite.Patient);
        using var admin = await own.Visitor(Role.Admin);
        var id = own.Find(admin.Name).Id;
        Assert.Contains("last administrator", (await own.Manage(admin, (service, user) => service.ChangeRole(user, id, Role.Viewer))).Problem, StringComparison.Ordinal);
        Assert.Contains("last administrator", (await own.Manage(admin, (service, user) => service.SetDisabled(user, id, true))).Problem, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await admin.Status("/accounts"));
        await own.DisposeAsync();
    }

    [Fact]
    public async Task Service_CalledPastThePage_ChecksTheRoleItself()
    {
        using var scope = site.App.Services.CreateScope();
        var service = scope.ServiceProvider.GetRequiredService<AccountService>();
        var annotator = site.Find(await site.Account(Role.Annotator));
        var user = Session(site, annotator, Role.Annotator);
        await Assert.ThrowsAsync<AccessDeniedException>(() => service.Create(user, "eve", Role.Admin));
        // A session that claims more than the account has, and one whose account has changed since.
        await Assert.ThrowsAsync<AccessDeniedException>(() => service.ChangeRole(Session(site, annotator, Role.Admin), annotator.Id, Role.Admin));
        var admin = site.Find(await site.Account(Role.Admin));
        await Assert.ThrowsAsync<AccessDeniedException>(() => service.SetDisabled(Session(site, admin with { Stamp = "old" }, Role.Admin), annotator.Id, true));
        await Assert.ThrowsAsync<AccessDeniedException>(() => service.ResetPassword(new ClaimsPrincipal(new ClaimsIdentity()), annotator.Id));
        Assert.True((await service.SetDisabled(Session(site, admin, Role.Admin), annotator.Id, true)).Succeeded);
        var refusals = site.Service<AuditStore>().Page(1, new AuditFilter(What: "refused")).Items;
        Assert.Contains(refusals, e => e.Who == annotator.Name && e.Subject == "account.create" && e.Outcome == AuditOutcome.Refused);
    }

    [Fact]
    public async Task InteractivePage_LearnsThatItsSessionHasEnded()
    {
        var account = site.Find(await site.Account(Role.Annotator));
        using var scope = site.App.Services.CreateScope();
        var provider = Assert.IsType<SessionRevalidation>(scope.ServiceProvider.GetRequiredService<AuthenticationStateProvider>());
        var check = typeof(SessionRevalidation).GetMethod("ValidateAuthenticationStateAsync", BindingFlags.Instance | BindingFlags.NonPublic)!;
        Task<bool> Valid(AccountInfo session, string? id = null) =>
            (Task<bool>)check.Invoke(provider, [new AuthenticationState(Session(site, session, Role.Annotator, id)), CancellationToken.None])!;
        Assert.True(await Valid(account));
        Assert.False(await Valid(account with { Stamp = "old" }));
        Assert.False(await Valid(account, "nobody"));
    }

    [Theory]
    [InlineData("", "1 to 60")]
    [InlineData("a b", "without spaces")]
    [InlineData("<script>", "without spaces")]
    [InlineData("ada\u202eb", "without spaces")]
    [InlineData("Ὑπατία", null)]
    [InlineData("अदिति", null)]
    [InlineData(" ADA ", "already taken")]
    public async Task NewAccount_Name_MayBeInAnyScriptAndOnlyOnce(string name, string? problem)
    {
        using var own = await AccountSite.Start(AccountSite.Patient);
        using var admin = await own.Visitor(Role.Admin);
        using var scope = own.App.Services.CreateScope();
        var service = scope.ServiceProvider.GetRequiredService<AccountService>();
        var user = Session(own, own.Find(admin.Name), Role.Admin);
        Assert.True((await service.Create(user, "ada", Role.Viewer)).Succeeded);
        var result = await service.Create(user, name, Role.Viewer);
        Assert.True(problem is null ? result.Succeeded : result.Problem?.Contains(problem, StringComparison.Ordinal) == true, result.Problem);
        await own.DisposeAsync();
    }

    [Fact]
    public async Task Audit_ShowsWhoDidWhat()
    {
        using var admin = await site.Visitor(Role.Admin);
        await Change(admin, static (service, user) => service.Create(user, "margaret", Role.Viewer));
        var rows = (await admin.Page($"/audit?who={admin.Name}&what=account")).QuerySelectorAll(".audit tbody tr");
        Assert.Equal(
            [admin.Name, "account.create", "margaret viewer", "done"], rows.Single().QuerySelectorAll("td").Skip(1).SkipLast(1).Select(c => c.TextContent.Trim()));
    }

    [Fact]
    public async Task Audit_FilteredByDayAndOutcome_ShowsThoseAlone()
    {
        var audit = site.Service<AuditStore>();
        foreach (var (hour, outcome) in (IEnumerable<(int, AuditOutcome)>)[(-1, AuditOutcome.Done), (0, AuditOutcome.Done), (23, AuditOutcome.Failed), (24, AuditOutcome.Done)])
        {
            audit.Add(new AuditEntry(new DateTime(2024, 3, 5, 0, 0, 0, DateTimeKind.Utc).AddHours(hour), "days", "days.test", $"{hour}", outcome));
        }

        var day = new DateOnly(2024, 3, 5);
        Assert.Equal(["23", "0"], audit.Page(1, new AuditFilter("days", From: day, To: day)).Items.Select(static e => e.Subject));
        Assert.Equal(["23"], audit.Page(1, new AuditFilter("days", Outcome: AuditOutcome.Failed)).Items.Select(static e => e.Subject));
        using var admin = await site.Visitor(Role.Admin);
        var rows = (await admin.Page("/audit?who=days&from=2024-03-05&to=2024-03-05&outcome=done")).QuerySelectorAll(".audit tbody tr");
        Assert.Equal("0", rows.Single().QuerySelectorAll("td")[3].TextContent.Trim());
        Assert.Equal(HttpStatusCode.BadRequest, await admin.Status("/audit?from=2024-13-05"));
    }

    [Fact]
    public void Audit_TooManyLines_LosesTheOldest()
    {
        var audit = site.Service<AuditStore>();
        for (var i = 0; i < 5; i++)
        {
            audit.Add(new AuditEntry(DateTime.UnixEpoch, "trim", "trim.test", $"{i}{new string('x', 300)}", AuditOutcome.Done));
        }

        audit.Trim(3);
        var left = audit.Page(1, new AuditFilter("trim")).Items;
        Assert.Equal(["4", "3", "2"], left.Select(e => e.Subject[..1]));
        Assert.All(left, e => Assert.Equal(100, e.Subject.Length));
    }

    private static ClaimsPrincipal Session(AccountSite site, AccountInfo account, Role role, string? id = null) => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.NameIdentifier, id ?? account.Id), new Claim(ClaimTypes.Name, account.Name),
            new Claim(UserClaims.Role, role.ToString()), new Claim(UserClaims.Stamp, account.Stamp), site.Service<Sessions>().Begin(account.Id),
        ],
        "test"));

    private static Visitor Copy(Visitor visitor)
    {
        var copy = new Visitor(visitor.Client.BaseAddress!);
        copy.Cookies.Add(visitor.Cookies.GetAllCookies());
        return copy;
    }

    private static void Age(AccountSite site, string account, TimeSpan age) =>
        Sql(site, $"UPDATE Sessions SET Begun = '{DateTime.UtcNow - age:yyyy-MM-dd HH:mm:ss}' WHERE AccountId = '{account}'");

    private static void Sql(AccountSite site, string statement)
    {
        using var connection = new SqliteConnection($"Data Source={new DataFolder(site.Folder).Database}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        Assert.True(command.ExecuteNonQuery() > 0);
    }

    private static Task<HttpResponseMessage> ChangePassword(Visitor visitor, string current) =>
        visitor.Post("/account", "change-password", ("Current", current), ("NewPassword", NewPassword), ("Again", NewPassword));

    private async Task<AccountResult> Change(Visitor admin, Func<AccountService, ClaimsPrincipal, Task<AccountResult>> act)
    {
        var result = await site.Manage(admin, act);
        Assert.True(result.Succeeded, result.Problem);
        return result;
    }
}
