using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.TensorFiles;

/// <summary>A configuration file of another tool, read key by key; an error names the file, the key and what it has.</summary>
internal sealed class ForeignJson
{
    private const long LargestFile = 16 << 20;
    private const int LongestValue = 60;
    private readonly JsonObject _json;
    private readonly string _within;

    private ForeignJson(JsonObject json, string path, string within) => (_json, FilePath, _within) = (json, path, within);

    public string FilePath { get; }

    /// <exception cref="InvalidDataException">It is no JSON object, or very large.</exception>
    public static ForeignJson Read(string path)
    {
        if (new FileInfo(path).Length > LargestFile)
        {
            throw new InvalidDataException($"{path} has more than {LargestFile >> 20} MiB, which no configuration has.");
        }

        var text = File.ReadAllText(path);
        try
        {
            // Python writes NaN and Infinity, which are no JSON, where a figure is unknown.
            return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip }) is JsonObject json && json.Count >= 0
                ? new ForeignJson(json, path, string.Empty)
                : throw new InvalidDataException($"{path} holds no JSON object, so it is no configuration.");
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"{path} is not valid JSON: {JsonFault.Of(exception, text)}.", exception);
        }
    }

    /// <summary>Refuses a configuration that is named in the place of the weights that it belongs to.</summary>
    /// <param name="path">A file.</param>
    /// <param name="of">What its folder holds: "dictionary".</param>
    /// <exception cref="InvalidDataException">It is one, by its name.</exception>
    public static void Refuse(string path, string of)
    {
        if (Path.GetExtension(path).ToLowerInvariant() is ".json" or ".yaml" or ".yml")
        {
            throw new InvalidDataException($"{path} is a configuration, which holds no weights: name the folder of the {of}, {Path.GetDirectoryName(Path.GetFullPath(path))}.");
        }
    }

    /// <summary>An object within it; null where there is none.</summary>
    public ForeignJson? Object(string key) => _json[key] switch
    {
        null => null,
        JsonObject json => new ForeignJson(json, FilePath, $"{_within}{key}."),
        var other => throw Wrong(key, other, "an object"),
    };

    /// <summary>Whether it has the key, with another value than null.</summary>
    public bool Has(string key) => _json[key] is not null;

    /// <summary>A text; null where there is none.</summary>
    public string? Text(string key) => _json[key] switch
    {
        null => null,
        JsonValue value when value.TryGetValue(out string? text) => text,
        var other => throw Wrong(key, other, "a text"),
    };

    /// <summary>The first of several keys that has a text.</summary>
    public string? Text(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (_json[key] is JsonValue value && value.TryGetValue(out string? text))
            {
                return text;
            }
        }

        return null;
    }

    /// <summary>What a key has, as text, whatever its type; null where there is none.</summary>
    public string? Any(string key) => _json[key] is { } node ? Short(node).Trim('"') : null;

    /// <summary>True or false; null where there is none.</summary>
    public bool? Flag(string key) => _json[key] switch
    {
        null => null,
        JsonValue value when value.TryGetValue(out bool flag) => flag,
        var other => throw Wrong(key, other, "true or false"),
    };

    /// <summary>A whole number from 1 on; null where there is none.</summary>
    public int? Count(string key) => _json[key] switch
    {
        null => null,
        JsonValue value when value.TryGetValue(out double number) && number is >= 1 and <= int.MaxValue && Math.Floor(number) == number => (int)number,
        var other => throw Wrong(key, other, "a whole number from 1 on"),
    };

    /// <summary>A finite number; null where there is none.</summary>
    public double? Number(string key) => _json[key] switch
    {
        null => null,
        JsonValue value when value.TryGetValue(out double number) && double.IsFinite(number) => number,
        var other => throw Wrong(key, other, "a number"),
    };

    /// <summary>A whole number from 0 on, under the first of some keys that is there.</summary>
    /// <exception cref="InvalidDataException">None of them is there.</exception>
    public int Whole(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (_json[key] is { } node)
            {
                return node is JsonValue value && value.TryGetValue(out double number) && number is >= 0 and <= int.MaxValue && Math.Floor(number) == number ? (int)number : throw Wrong(key, node, "a whole number");
            }
        }

        throw new InvalidDataException($"{FilePath} has no {_within}{string.Join(" or ", keys.ToArray())}: it is not the configuration of such a model.");
    }

    /// <summary>The same with what it is where the key is not there.</summary>
    public int WholeOr(string key, int otherwise) => Has(key) ? Whole(key) : otherwise;

    /// <summary>A whole number from 1 to a bound, under the first of some keys that is there.</summary>
    /// <exception cref="InvalidDataException">None of them is there, or the number is another.</exception>
    public int Size(int most, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (_json[key] is { } node)
            {
                return node is JsonValue value && value.TryGetValue(out double number) && number >= 1 && number <= most && Math.Floor(number) == number
                    ? (int)number
                    : throw Wrong(key, node, string.Create(CultureInfo.InvariantCulture, $"a whole number from 1 to {most:N0}"));
            }
        }

        throw new InvalidDataException($"{FilePath} has no {_within}{string.Join(" or ", keys.ToArray())}: it is not the configuration of such a model.");
    }

    /// <summary>The same with what it is where the key is not there.</summary>
    public int SizeOr(int most, string key, int otherwise) => Has(key) ? Size(most, key) : otherwise;

    /// <summary>The k of a dictionary of so many features.</summary>
    /// <exception cref="InvalidDataException">It is missing, or not from 1 to the number of features.</exception>
    public int K(string key, int features) => _json[key] is JsonValue value && value.TryGetValue(out double number) && number >= 1 && number <= features && Math.Floor(number) == number
        ? (int)number
        : throw new InvalidDataException($"{FilePath}: {_within}{key} is {Any(key) ?? "missing"}; a whole number from 1 to {features}, the number of features, is needed.");

    /// <summary>A list; empty where there is none.</summary>
    public IReadOnlyList<JsonNode?> List(string key) => _json[key] switch
    {
        null => [],
        JsonArray list => [.. list],
        var other => throw Wrong(key, other, "a list"),
    };

    /// <summary>The texts among its values.</summary>
    public IEnumerable<string> Texts() => _json.Select(static entry => entry.Value is JsonValue value && value.TryGetValue(out string? text) ? text : string.Empty);

    /// <summary>Refuses a setting that the engine has no way to compute.</summary>
    /// <param name="key">The key.</param>
    /// <param name="works">The values that it may have; a missing key is always allowed.</param>
    public void Demand(string key, params ReadOnlySpan<string> works)
    {
        if (Any(key) is { } value && !works.Contains(value))
        {
            throw new InvalidDataException(
                $"{FilePath}: {_within}{key} is {value}; {(works.IsEmpty ? "a model with it cannot" : $"only {string.Join(" or ", works.ToArray())} can")} be computed here.");
        }
    }

    /// <summary>What to throw of a key whose value does not do.</summary>
    public InvalidDataException Wrong(string key, string needed) => _json[key] is { } node ? Wrong(key, node, needed) : new InvalidDataException($"{FilePath} has no {_within}{key}; {needed} is needed.");

    /// <summary>Refuses a key whose value is none of those that mean nothing special.</summary>
    /// <param name="key">The key.</param>
    /// <param name="why">The end of the sentence, without its full stop: what it would mean.</param>
    /// <param name="allowed">Values in small letters; a missing key is always allowed.</param>
    public void Refuse(string key, string why, params ReadOnlySpan<string> allowed)
    {
        if (Any(key)?.ToLowerInvariant() is { } value && !allowed.Contains(value))
        {
            throw new InvalidDataException($"{FilePath}: {_within}{key} is {value}: {why}.");
        }
    }

    private InvalidDataException Wrong(string key, JsonNode value, string needed) => new($"{FilePath}: {_within}{key} is {Short(value)} where {needed} is needed.");

    private static string Short(JsonNode node) => node.ToJsonString() is { Length: > LongestValue } text ? string.Create(CultureInfo.InvariantCulture, $"{text[..LongestValue]}...") : node.ToJsonString();
}
