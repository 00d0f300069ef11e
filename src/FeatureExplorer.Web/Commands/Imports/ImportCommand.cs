using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Configuration;

namespace FeatureExplorer.Web.Commands.Imports;

/// <summary><c>import</c>: models and dictionaries of other tools, and features that others published.</summary>
public static class ImportCommand
{
    private const int ProblemsShown = 20;

    public static Command Create() => new("import", "Imports models and dictionaries of other tools, and features that others published.") { ImportModelCommand.Create(), ImportDictionaryCommand.Create(), Anthropic() };

    private static Command Anthropic()
    {
        var path = new Argument<string>("PATH") { Description = "A feature file of the paper's browser (.json, .json.gz) or a folder of them." };
        var data = SharedOptions.Data();
        var json = SharedOptions.Json();
        var name = new Option<string>("--name") { Description = "Name of the dictionary.", DefaultValueFactory = static _ => PublishedImport.Name };
        var replace = new Option<bool>("--replace") { Description = "Let it take the place of an older import of the same name, once it is complete. Labels stay." };
        var command = new Command("anthropic", $"The features of Towards Monosemanticity, as the read-only dictionary {PublishedImport.Model}/{PublishedImport.Name}.") { path, data, json, name, replace };
        command.SetAction((result, cancellation) => Task.Run(
            () => Run(result.GetValue(path)!, result.GetValue(data)!, result.GetValue(name)!, result.GetValue(replace), result.GetValue(json), cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(string path, string dataFolder, string name, bool replace, bool json, CancellationToken cancellation)
    {
        // Before the data folder is made: a mistyped path leaves nothing behind.
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            throw new FileNotFoundException($"There is no file or folder {path}: name a feature file of the paper's browser or a folder of them.");
        }

        RunChecks.DemandDictionaryName(name);
        var import = new PublishedImport(FeatureDatabase.Open(new DataFolder(dataFolder)), TimeProvider.System);
        var result = import.Run(path, name, replace, cancellation: cancellation);
        foreach (var problem in result.Problems.Take(ProblemsShown))
        {
            Console.Error.WriteLine($"{problem.File} was skipped: {problem.Reason}");
        }

        if (result.Problems.Count > ProblemsShown)
        {
            Console.Error.WriteLine($"... and {result.Problems.Count - ProblemsShown} more; --json lists all.");
        }

        Console.WriteLine(json ? JsonSerializer.Serialize(result, JsonSerializerOptions.Web) : Text(result, path));
        return result.Dictionary is null ? ExitCodes.Failure : ExitCodes.Success;
    }

    private static string Text(PublishedImportResult result, string path) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(result.Dictionary is null ? $"Nothing in {path} could be imported" : $"{result.Dictionary}: {result.Features:N0} features")}, {result.Problems.Count:N0} {(result.Problems.Count == 1 ? "file" : "files")} skipped.");
}
