using System.Globalization;
using System.Text.Json.Nodes;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Imports;

namespace FeatureExplorer.Web.Runs;

/// <summary>The settings of runs, one a row, for tables.</summary>
public static class RunSettingRows
{
    private static readonly Dictionary<string, string> Labels = RunSetting.OfText.Concat(RunSetting.OfModel).Concat(RunSetting.OfIndex).Concat(RunSetting.OfDevice)
        .Append(new RunSetting("beganOn", "Began on", string.Empty)).Append(new RunSetting("deviceChange", "Device may change", string.Empty))
        .ToDictionary(static setting => setting.Field, static setting => setting.Label);

    private static readonly Dictionary<string, string> DictionaryLabels = RunSetting.OfDictionary.ToDictionary(static setting => setting.Field, static setting => setting.Label);

    /// <param name="Name">What the setting is called.</param>
    /// <param name="Values">One for each run; null where it has none.</param>
    public sealed record Row(string Name, IReadOnlyList<string?> Values)
    {
        /// <summary>Whether the runs have different values.</summary>
        public bool Differs => Values.Distinct().Skip(1).Any();
    }

    /// <summary>The settings of runs side by side; a run that this version cannot read has none.</summary>
    public static IReadOnlyList<Row> Of(IReadOnlyList<RunInfo> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var all = runs.Select(Of).ToList();
        return [.. all.SelectMany(static settings => settings.Keys).Distinct().Select(name => new Row(name, [.. all.Select(settings => settings.GetValueOrDefault(name))]))];
    }

    private static Dictionary<string, string> Of(RunInfo run)
    {
        var settings = new Dictionary<string, string>();
        if (RunConfigurationJson.Of(run) is not { } configuration)
        {
            return settings;
        }

        Walk(JsonNode.Parse(RunConfigurationJson.Write(ImportPipeline.Hidden(configuration))), string.Empty, settings);
        return settings;
    }

    private static void Walk(JsonNode? node, string path, Dictionary<string, string> settings)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members)
                {
                    Walk(value, path.Length == 0 ? name : $"{path}.{name}", settings);
                }

                break;
            case JsonArray entries when path == "dictionaries":
                for (var i = 0; i < entries.Count; i++)
                {
                    Walk(entries[i], string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), settings);
                }

                break;
            case JsonArray entries:
                settings[Name(path)] = entries.Count == 0 ? "the demo corpus" : string.Join(", ", entries.Select(static entry => entry?.ToString()));
                break;
            case not null:
                settings[Name(path)] = node.ToString();
                break;
        }
    }

    private static string Name(string path)
    {
        if (Labels.TryGetValue(path, out var label))
        {
            return path == "model" ? "Name of the model" : label;
        }

        var dot = path.IndexOf("].", StringComparison.Ordinal);
        return dot < 0 ? char.ToUpperInvariant(path[0]) + path[1..]
            : $"Dictionary {int.Parse(path.AsSpan("dictionaries[".Length, dot - "dictionaries[".Length), CultureInfo.InvariantCulture) + 1}: {DictionaryLabel(path[(dot + 2)..])}";
    }

    private static string DictionaryLabel(string field) => DictionaryLabels.TryGetValue(field, out var label) ? label : field switch
    {
        "variant" => "Recipe",
        "site" => "Site",
        "seed" => "Seed",
        _ => field,
    };
}
