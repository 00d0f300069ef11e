using System.CommandLine;
using System.Globalization;
using FeatureExplorer.Storage;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security;
using FeatureExplorer.Web.Security.SignIns;

namespace FeatureExplorer.Web.Commands;

/// <summary><c>accounts</c>: for who owns the machine. It works beside a running server.</summary>
public static class AccountsCommand
{
    public static Command Create()
    {
        var command = new Command("accounts", "Lists the accounts of a data folder, or lets somebody in again. Works while the server runs.");
        command.Subcommands.Add(CreateList());
        command.Subcommands.Add(CreateReset());
        return command;
    }

    private static Command CreateList()
    {
        var data = SharedOptions.Data();
        var list = new Command("list", "Lists the accounts, their roles and states.") { data };
        list.SetAction(result => List(result.GetValue(data)!));
        return list;
    }

    private static Command CreateReset()
    {
        var data = SharedOptions.Data();
        var name = new Argument<string>("NAME") { Description = "The account's name." };
        var reset = new Command("reset", "Gives an account a new password, which is printed once, ends its sessions, enables it and lifts its locks.") { name, data };
        reset.SetAction((result, _) => Reset(result.GetValue(data)!, result.GetValue(name)!));
        return reset;
    }

    private static int List(string folder)
    {
        var accounts = new AccountStore(Open(folder));
        Console.Write(Table(accounts));
        return ExitCodes.Success;
    }

    private static async Task<int> Reset(string folder, string name)
    {
        var database = Open(folder);
        await using var services = new ServiceCollection().AddLogging().AddFeatureStorage(database)
            .AddAccountManager(new AccessOptions()).AddScoped<AccountReset>().BuildServiceProvider();
        await using var scope = services.CreateAsyncScope();
        var result = await scope.ServiceProvider.GetRequiredService<AccountReset>().Reset(name);
        if (!result.Succeeded)
        {
            await Console.Error.WriteLineAsync($"{result.Problem}{Environment.NewLine}{Table(new AccountStore(database))}".TrimEnd());
            return ExitCodes.Failure;
        }

        Console.WriteLine($"The password of {name} is now: {result.Password}");
        Console.WriteLine($"It is shown this once. Its owner signs in with it on {Urls.Login} and chooses another; all sessions of the account have ended.");
        return ExitCodes.Success;
    }

    // A folder that does not exist is not made: nobody has an account in it.
    private static FeatureDatabase Open(string folder)
    {
        var path = Path.GetFullPath(folder);
        return File.Exists(Path.Combine(path, "featureexplorer.db"))
            ? FeatureDatabase.Open(new DataFolder(path))
            : throw new InvalidDataException($"{path} is no data folder: it holds no featureexplorer.db. Name the server's with --data.");
    }

    private static string Table(AccountStore accounts)
    {
        var all = accounts.All();
        if (all.Count == 0)
        {
            return $"There are no accounts yet: serve prints the token that makes the first one on {Urls.Setup}.{Environment.NewLine}";
        }

        var width = Math.Max("Name".Length, all.Max(a => a.Name.Length));
        var lines = all.Select(a => Line(width, a.Name, Urls.Word(a.Role), State(a), a.Created.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        var foreign = accounts.ForeignRoles().Select(f => $"{f.Name}: {AccountStore.ForeignRole(f.Role)}{Environment.NewLine}");
        return string.Concat(lines.Prepend(Line(width, "Name", "Role", "State", "Since")).Concat(foreign));
    }

    private static string Line(int width, string name, string role, string state, string since) =>
        $"{name.PadRight(width)}  {role,-9}  {state,-26}  {since}{Environment.NewLine}";

    private static string State(AccountInfo account) =>
        account.Disabled ? "disabled"
        : account.MustChangePassword ? "has to choose a password"
        : "active";
}
