using System.Reflection;
using FeatureExplorer.Analysis;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Web.Operations;

/// <summary>Reads <see cref="ExplorerOptions"/> from every source and complains about everything that is wrong at once.</summary>
public static class ExplorerSettings
{
    /// <summary>Environment variables with this beginning are settings.</summary>
    public const string EnvironmentPrefix = "FEATUREEXPLORER_";

    /// <summary>Read beside the program and in the data folder.</summary>
    public const string FileName = "appsettings.json";

    // What ASP.NET Core itself and the training read from the same places.
    private static readonly string[] Framework = ["Logging", "AllowedHosts", "Kestrel", "CHECKPOINT_SECONDS"];

    /// <summary>The settings of this process.</summary>
    /// <param name="commandLine">Keys and values from the command line; null values are left out.</param>
    /// <exception cref="InvalidDataException">Lists all settings that do not work.</exception>
    public static ExplorerOptions Load(IEnumerable<KeyValuePair<string, string?>> commandLine)
    {
        var given = commandLine.Where(pair => pair.Value is not null).ToList();
        if (given.GroupBy(static pair => pair.Key, StringComparer.OrdinalIgnoreCase).Where(static group => group.Count() > 1).Select(static group => group.Key).ToList() is { Count: > 0 } repeated)
        {
            throw new InvalidDataException($"The command line gives {string.Join(", ", repeated)} more than once, with --set or with an option of the same name: give {(repeated.Count == 1 ? "it" : "each")} once.");
        }

        var first = Build(given, null);
        var data = first[nameof(ExplorerOptions.Data)];
        return Read(Build(given, string.IsNullOrWhiteSpace(data) ? new ExplorerOptions().Data : data));
    }

    /// <summary>The settings that a configuration holds.</summary>
    /// <exception cref="InvalidDataException">Lists all settings that do not work.</exception>
    public static ExplorerOptions Read(IConfiguration configuration)
    {
        var problems = new List<string>();
        var options = new ExplorerOptions();
        Fill(options, configuration, string.Empty, Framework, problems);
        problems.AddRange(options.Problems());
        return problems.Count == 0
            ? options
            : throw new InvalidDataException(
                $"{(problems.Count == 1 ? "A setting does" : $"{Wording.Counted(problems.Count, "setting")} do")} not work:{string.Concat(problems.Select(p => $"{Environment.NewLine}  {p}"))}");
    }

    private static IConfigurationRoot Build(IEnumerable<KeyValuePair<string, string?>> commandLine, string? data)
    {
        // What containers of ASP.NET Core set counts as the default.
        var builder = new ConfigurationBuilder()
            .AddInMemoryCollection(Environment.GetEnvironmentVariable("ASPNETCORE_URLS") is { Length: > 0 } urls ? [new(nameof(ExplorerOptions.Urls), urls)] : [])
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, FileName), optional: true);
        if (data is not null)
        {
            builder.AddJsonFile(Path.Combine(Path.GetFullPath(data), FileName), optional: true);
        }

        try
        {
            return builder.AddEnvironmentVariables(EnvironmentPrefix).AddInMemoryCollection(commandLine).Build();
        }
        catch (InvalidDataException exception)
        {
            // The JSON reader names the file, its cause names the place.
            throw new InvalidDataException($"{exception.Message} {(exception.InnerException is FormatException fault ? $"{JsonFault.Of(fault.InnerException ?? fault)}." : exception.InnerException?.Message)}".TrimEnd(), exception);
        }
    }

    // The framework's own binder stops at the first value that it cannot convert, and passes over names that it does not know.
    private static void Fill(object target, IConfiguration configuration, string path, IEnumerable<string> foreign, List<string> problems)
    {
        var properties = target.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite).ToList();
        var known = properties.Select(p => p.Name).Concat(foreign).ToHashSet(StringComparer.OrdinalIgnoreCase);
        problems.AddRange(configuration.GetChildren().Where(c => !known.Contains(c.Key))
            .Select(c => $"{path}{c.Key} is no setting; there are {string.Join(", ", properties.Select(p => path + p.Name))}."));
        foreach (var property in properties)
        {
            var section = configuration.GetSection(property.Name);
            if (property.PropertyType.Namespace == typeof(ExplorerOptions).Namespace)
            {
                Fill(property.GetValue(target)!, section, $"{path}{property.Name}:", [], problems);
            }
            else if (section.Value is not null)
            {
                Set(target, property, section, path, problems);
            }
        }
    }

    private static void Set(object target, PropertyInfo property, IConfigurationSection section, string path, List<string> problems)
    {
        try
        {
            property.SetValue(target, section.Get(property.PropertyType));
        }
        catch (InvalidOperationException)
        {
            problems.Add($"{path}{property.Name} is \"{section.Value}\"; it must be {Kind(property.PropertyType)}.");
        }
    }

    private static string Kind(Type type) =>
        type == typeof(bool) ? "true or false"
        : type == typeof(int) || type == typeof(long) ? "a whole number"
        : type == typeof(double) ? "a number"
        : "text";
}
