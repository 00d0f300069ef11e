using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Storage.Runs;

namespace FeatureExplorer.Training.Configuration;

/// <summary>
/// Configurations as JSON. Reading begins with the preset that the text names (demo, where it names none) and puts the given values in the
/// place of the preset's: a file says only what differs. "dictionaries" replaces the preset's list; an entry begins with what suits its number
/// of features. "sweep" adds the combinations that it lists.
/// </summary>
public static class RunConfigurationJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    private static readonly JsonSerializerOptions IndentedOptions = new(Options) { WriteIndented = true };

    /// <summary>All settings.</summary>
    public static string Write(RunConfiguration configuration) => JsonSerializer.Serialize(configuration, Options);

    /// <summary>All settings, for people.</summary>
    public static string WriteIndented(RunConfiguration configuration) => JsonSerializer.Serialize(configuration, IndentedOptions);

    /// <summary>What a run was asked to do, or null when this version cannot read it.</summary>
    public static RunConfiguration? Of(RunInfo run)
    {
        ArgumentNullException.ThrowIfNull(run);
        try
        {
            return Read(run.Configuration);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The configuration that a text describes; its values are not yet checked (<see cref="RunConfiguration.Problems"/>).</summary>
    /// <exception cref="ArgumentException">It is no JSON object, or names a setting or a preset that does not exist.</exception>
    public static RunConfiguration Read(string json) => Read(json, null);

    /// <summary>The same with a preset in the place of the text's own.</summary>
    /// <exception cref="ArgumentException">It is no JSON object, or names a setting or a preset that does not exist.</exception>
    public static RunConfiguration Read(string json, string? preset) => Read(json, preset, ownStart: false);

    /// <summary>The configuration that a person wrote for a new run: its dictionaries start with their own weights, unless it says otherwise.</summary>
    /// <exception cref="ArgumentException">It is no JSON object, or names a setting or a preset that does not exist.</exception>
    public static RunConfiguration ReadNew(string json, string? preset) => Read(json, preset, ownStart: true);

    /// <summary>Whether a text that can be read names the model.</summary>
    public static bool NamesModel(string json) =>
        JsonNode.Parse(json, new JsonNodeOptions { PropertyNameCaseInsensitive = true }, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }) is JsonObject given && given.ContainsKey("model");

    private static RunConfiguration Read(string json, string? preset, bool ownStart)
    {
        try
        {
            var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
            var given = JsonNode.Parse(json, new JsonNodeOptions { PropertyNameCaseInsensitive = true }, options) as JsonObject
                ?? throw new ArgumentException("The configuration is no JSON object: { \"preset\": \"standard\", ... }");
            JsonNulls.Refuse(given, typeof(RunConfiguration), string.Empty);
            if (preset is not null)
            {
                given["preset"] = preset;
            }

            var name = Value<string>(given, "preset", string.Empty) ?? RunPreset.Demo.Preset;
            var configuration = name switch
            {
                RunConfiguration.Custom => RunPreset.Standard with { Preset = name },
                RunConfiguration.ImportKind when given.ContainsKey("import") => RunPreset.Demo with { Preset = name, Dictionaries = [] },
                _ => RunPreset.Find(name),
            };
            return Read(given, configuration, ownStart);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or ArgumentException { ParamName: not null })
        {
            throw new ArgumentException($"The configuration cannot be read: {JsonFault.Of(exception, json)}.", exception);
        }
    }

    // Where a value is read apart from the others, its place in the whole is what a reader looks for.
    private static T At<T>(string place, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (JsonException exception) when (exception.Path is { } path)
        {
            var inner = path.TrimStart('$');
            throw new JsonException(exception.Message, $"${(place.Length > 0 ? $".{place}" : string.Empty)}{inner}", null, null, exception);
        }
    }

    private static T? Value<T>(JsonObject from, string name, string place) => At(place, () => from[name] is { } node ? At(name, () => node.Deserialize<T>(Options)) : default);

    private static RunConfiguration Read(JsonObject given, RunConfiguration start, bool ownStart)
    {
        var sweep = Take(given, "sweep");
        JsonNulls.Refuse(sweep, typeof(SweepSettings), "sweep");
        var dictionaries = Take(given, "dictionaries");
        var whole = JsonSerializer.SerializeToNode(start, Options)!.AsObject();
        Lay(given, whole);
        var configuration = At(string.Empty, () => whole.Deserialize<RunConfiguration>(Options)!);
        if (configuration.Import is not null && dictionaries is JsonArray { Count: 0 })
        {
            dictionaries = null;
        }

        var listed = dictionaries is null ? (sweep is null ? start.Dictionaries : []) : Dictionaries(dictionaries as JsonArray ?? throw new JsonException("\"dictionaries\" has to be a list"), ownStart);
        var swept = sweep is null ? [] : Expand(At("sweep", () => sweep.Deserialize<SweepSettings>(Options)!), listed);
        IReadOnlyList<DictionarySettings> all = [.. listed, .. swept];
        return configuration with { Model = (given.ContainsKey("model") ? null : ModelOf(all)) ?? configuration.Model, Dictionaries = all };
    }

    /// <summary>The model whose dictionaries all of these go on from; null where there is none, or several.</summary>
    private static string? ModelOf(IReadOnlyList<DictionarySettings> dictionaries) =>
        dictionaries.Select(static dictionary => dictionary.From?.Split('/')[0]).Distinct().ToList() is [{ Length: > 0 } model] ? model : null;

    private static IReadOnlyList<DictionarySettings> Expand(SweepSettings sweep, IReadOnlyList<DictionarySettings> listed)
    {
        var problems = sweep.Problems(listed.Count).Select(p => $"sweep.{p.Field}: {p.Message}").ToList();
        return problems.Count == 0 ? sweep.Expand(listed.Select(d => d.Name)) : throw new ArgumentException(string.Join(" ", problems));
    }

    private static List<DictionarySettings> Dictionaries(JsonArray given, bool ownStart)
    {
        if (RunChecks.DictionaryCount(given.Count) is { } problem)
        {
            throw new ArgumentException($"dictionaries: {problem}");
        }

        var dictionaries = new List<DictionarySettings>();
        foreach (var entry in given.Select(node => node as JsonObject ?? throw new JsonException("an entry of \"dictionaries\" is no object")))
        {
            var place = $"dictionaries[{dictionaries.Count}]";
            var features = Value<int?>(entry, "features", place) ?? throw new JsonException($"entry {dictionaries.Count} of \"dictionaries\" says no \"features\"");
            var whole = JsonSerializer.SerializeToNode(DictionarySettings.For($"{dictionaries.Count}", features, Value<string>(entry, "variant", place) ?? RunChoices.Paper2023, Value<string>(entry, "from", place)) with { OwnStart = ownStart }, Options)!.AsObject();
            Lay(entry, whole);
            dictionaries.Add(At(place, () => whole.Deserialize<DictionarySettings>(Options)!) with { NameIsDefault = !entry.ContainsKey("name") });
        }

        return dictionaries;
    }

    private static JsonNode? Take(JsonObject from, string name)
    {
        var node = from[name];
        from.Remove(name);
        return node;
    }

    /// <summary>Puts values over those of the same name; objects are gone into.</summary>
    private static void Lay(JsonObject over, JsonObject under)
    {
        foreach (var (name, value) in over)
        {
            if (value is JsonObject inner && under[name] is JsonObject below)
            {
                Lay(inner, below);
            }
            else
            {
                under[name] = value?.DeepClone();
            }
        }
    }
}
