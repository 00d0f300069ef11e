using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Web.Commands;

namespace FeatureExplorer.Tests.Web.Commands;

/// <summary>What the owner of the machine can do beside a running server.</summary>
public sealed partial class AccountsCommandTests
{
    private const string NewPassword = "five other unrelated words";

    [Fact]
    public async Task Reset_ServerRuns_LetsALockedAndDisabledAdministratorIn()
    {
        using var site = await AccountSite.Start(AccountSite.Patient);
        using var admin = await site.Visitor(Role.Admin);
        using var visitor = await site.Visitor(Role.Admin);
        for (var i = 0; i < 5; i++)
        {
            using var wrong = await visitor.SignIn(visitor.Name, "not the password");
        }

        Assert.True((await site.Manage(admin, (service, user) => service.SetDisabled(user, site.Find(visitor.Name).Id, true))).Succeeded);

        var (code, output, _) = await Run("accounts", "reset", visitor.Name.ToUpperInvariant(), "--data", site.Folder);
        Assert.Equal(ExitCodes.Success, code);
        var password = Password().Match(output).Groups[1].Value;
        using var signedIn = await visitor.SignIn(visitor.Name, password);
        Assert.EndsWith("/account", signedIn.Headers.Location!.OriginalString, StringComparison.Ordinal);
        using var changed = await visitor.Post("/account", "change-password", ("Current", password), ("NewPassword", NewPassword), ("Again", NewPassword));
        Assert.Equal(HttpStatusCode.OK, await visitor.Status("/accounts"));
        var line = Assert.Single(site.Service<AuditStore>().Page(1, new AuditFilter(What: "account.password")).Items);
        Assert.Equal((visitor.Name, null, "on the machine itself"), (line.Subject, line.Who, line.Detail));
        await site.DisposeAsync();
    }

    [Fact]
    public async Task Reset_ItsSessions_End()
    {
        using var site = await AccountSite.Start(AccountSite.Patient);
        using var visitor = await site.Visitor(Role.Viewer);
        Assert.Equal(ExitCodes.Success, (await Run("accounts", "reset", visitor.Name, "--data", site.Folder)).Code);
        Assert.Equal(HttpStatusCode.Redirect, await visitor.Status("/account"));
        await site.DisposeAsync();
    }

    [Fact]
    public async Task Reset_UnknownName_Exits1AndListsTheAccounts()
    {
        using var site = await AccountSite.Start(AccountSite.Patient);
        var name = await site.Account(Role.Annotator);
        var (code, output, error) = await Run("accounts", "reset", "nobody", "--data", site.Folder);
        Assert.Equal((ExitCodes.Failure, string.Empty), (code, output));
        Assert.Contains("There is no account \"nobody\".", error, StringComparison.Ordinal);
        Assert.Matches($@"{name} +annotator +active", error);
        (code, output, _) = await Run("accounts", "list", "--data", site.Folder);
        Assert.Equal(ExitCodes.Success, code);
        Assert.Matches($@"{name} +annotator +active", output);
        await site.DisposeAsync();
    }

    [Fact]
    public async Task Reset_NoDataFolder_Exits1AndMakesNone()
    {
        using var folder = new TemporaryFolder();
        var data = Path.Combine(folder.Path, "none");
        var (code, _, error) = await Run("accounts", "reset", "ada", "--data", data);
        Assert.Equal(ExitCodes.Failure, code);
        Assert.Contains(data, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(data));
    }

    [Theory]
    [InlineData("accounts")]
    [InlineData("accounts reset")]
    [InlineData("accounts remove ada")]
    public async Task Accounts_NotUnderstood_Exits2(string arguments) => Assert.Equal(ExitCodes.Usage, (await Run(arguments.Split(' '))).Code);

    private static async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(CommandLine).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    [GeneratedRegex("is now: ([a-z0-9]{16})")]
    private static partial Regex Password();
}
