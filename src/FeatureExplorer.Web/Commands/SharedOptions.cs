using System.CommandLine;
using FeatureExplorer.Web.Operations;

namespace FeatureExplorer.Web.Commands;

/// <summary>Options that several commands have.</summary>
public static class SharedOptions
{
    /// <summary>Environment variable that names the data folder where the option does not.</summary>
    public const string DataVariable = "FEATUREEXPLORER_DATA";

    public static Option<string> Data() => new("--data")
    {
        Description = $"The data folder: database, corpora, models, dictionaries. Default: ${DataVariable}, else data/local.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(DataVariable) is { Length: > 0 } folder ? folder : Path.Combine("data", "local"),
        HelpName = "DIR",
    };

    /// <summary>The settings of a data folder, the environment and the file beside the program.</summary>
    /// <exception cref="ArgumentException">A setting does not work.</exception>
    public static ExplorerOptions Settings(string dataFolder) => ExplorerSettings.Load([KeyValuePair.Create(nameof(ExplorerOptions.Data), (string?)dataFolder)]);

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON object instead of text." };
}
