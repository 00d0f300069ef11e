using System.CommandLine;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Web.Devices;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security;

namespace FeatureExplorer.Web.Commands;

/// <summary><c>serve</c>, also without a command: the pages and the API; on an empty data folder the demo trains in the background.</summary>
public static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command("serve", "Serves the pages and the API. On an empty data folder, trains the demo in the background.");
        ActAs(command);
        return command;
    }

    /// <summary>Gives a command the options and the action of <c>serve</c>.</summary>
    public static void ActAs(Command command)
    {
        var data = new Option<string?>("--data") { Description = "The data folder: database, corpora, models, dictionaries. Default: data/local.", HelpName = "DIR" };
        var urls = new Option<string?>("--urls")
        {
            Description = "Addresses to listen on, separated by semicolons; http://+:5000 for every network interface. Default: http://localhost:5000.",
            HelpName = "URL",
        };
        var noDemo = new Option<bool>("--no-demo") { Description = "Do not train the demo on an empty data folder." };
        var set = new Option<string[]>("--set")
        {
            Description = "Any setting: --set Access:RequireSignIn=true. The README lists them.",
            HelpName = "NAME=VALUE",
        };
        set.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(t => t.Value.IndexOf('=', StringComparison.Ordinal) < 1))
            {
                result.AddError($"--set {token.Value}: write NAME=VALUE, such as Access:RequireSignIn=true.");
            }
        });
        command.Options.Add(data);
        command.Options.Add(urls);
        command.Options.Add(noDemo);
        command.Options.Add(set);
        command.SetAction((result, cancellation) => Run(
            ExplorerSettings.Load(Given(result.GetValue(set) ?? [], result.GetValue(data), result.GetValue(urls), result.GetValue(noDemo))), cancellation));
    }

    private static IEnumerable<KeyValuePair<string, string?>> Given(string[] settings, string? data, string? urls, bool noDemo) =>
    [
        .. settings.Select(s => s.Split('=', 2)).Select(s => KeyValuePair.Create(s[0], (string?)s[1])),
        KeyValuePair.Create(nameof(ExplorerOptions.Data), data),
        KeyValuePair.Create(nameof(ExplorerOptions.Urls), urls),
        KeyValuePair.Create(nameof(ExplorerOptions.Demo), noDemo ? "false" : null),
    ];

    private static void Warn(DataFolder folder, FeatureDatabase database)
    {
        if (folder.Exposure() is { } exposure)
        {
            Console.Error.WriteLine(exposure);
        }

        foreach (var (name, role) in new AccountStore(database).ForeignRoles())
        {
            Console.Error.WriteLine($"Account {name}: {AccountStore.ForeignRole(role)}");
        }
    }

    private static async Task<int> Run(ExplorerOptions settings, CancellationToken cancellation)
    {
        var folder = new DataFolder(settings.Data);
        using var only = ServerLock.Take(folder.Root);
        var database = FeatureDatabase.Open(folder);
        new AuditStore(database).Trim();
        Warn(folder, database);
        if (new TorchComputeDevices(settings).Fault() is { } fault)
        {
            Console.Error.WriteLine(fault);
        }

        await using var app = WebHost.Build(new WebHostOptions
        {
            Database = database,
            Settings = settings,
            Demo = settings.Demo,
        });
        await app.StartAsync(cancellation);
        Console.WriteLine($"FeatureExplorer is at {string.Join(" and ", app.Urls)} - data in {folder.Root} - Ctrl-C stops it.");
        if (app.Services.GetRequiredService<SetupToken>().Issue() is { } token)
        {
            Console.WriteLine($"No administrator yet: open {Urls.Setup} there and enter this token, which works once: {token}");
        }

        await app.WaitForShutdownAsync(cancellation);
        return ExitCodes.Success;
    }
}
