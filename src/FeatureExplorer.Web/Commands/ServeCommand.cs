using System.CommandLine;
using FeatureExplorer.Storage;
using FeatureExplorer.Web.Training;

namespace FeatureExplorer.Web.Commands;

/// <summary><c>serve</c>, also without a command: the pages and the API; on an empty data folder the demo trains in the background.</summary>
public static class ServeCommand
{
    private const string DefaultUrls = "http://localhost:5000";

    public static Command Create()
    {
        var command = new Command("serve", "Serves the pages and the API. On an empty data folder, trains the demo in the background.");
        ActAs(command);
        return command;
    }

    /// <summary>Gives a command the options and the action of <c>serve</c>.</summary>
    public static void ActAs(Command command)
    {
        var data = SharedOptions.Data();
        var urls = new Option<string>("--urls")
        {
            Description = "Addresses to listen on, separated by semicolons; http://+:5000 for every network interface.",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("ASPNETCORE_URLS") is { Length: > 0 } given ? given : DefaultUrls,
            HelpName = "URL",
        };
        var noDemo = new Option<bool>("--no-demo") { Description = "Do not train the demo on an empty data folder." };
        command.Options.Add(data);
        command.Options.Add(urls);
        command.Options.Add(noDemo);
        command.SetAction((result, cancellation) => Run(result.GetValue(data)!, result.GetValue(urls)!, !result.GetValue(noDemo), cancellation));
    }

    private static async Task<int> Run(string dataFolder, string urls, bool demo, CancellationToken cancellation)
    {
        var database = FeatureDatabase.Open(new DataFolder(dataFolder));
        MarkInterrupted(database);
        await using var app = WebHost.Build(new WebHostOptions
        {
            Database = database,
            Urls = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            Services = services =>
            {
                if (demo)
                {
                    services.AddHostedService<DemoRun>();
                }
            },
        });
        await app.StartAsync(cancellation);
        Console.WriteLine($"FeatureExplorer is at {string.Join(" and ", app.Urls)} - data in {database.Folder.Root} - Ctrl-C stops it.");
        await app.WaitForShutdownAsync(cancellation);
        return ExitCodes.Success;
    }

    /// <summary>Runs that nobody is working on any more ended with their process.</summary>
    private static void MarkInterrupted(FeatureDatabase database)
    {
        using var hold = RunLock.TryTake(database.Folder.Root);
        if (hold is not null)
        {
            new RunStore(database, TimeProvider.System).MarkInterrupted();
        }
    }
}
