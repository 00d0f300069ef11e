using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace FeatureExplorer.Engine.Checkpoints;

/// <summary>What is wrong with JSON, in words for whoever wrote it: the field, the place, and what is needed there; without the names of the program's own types.</summary>
public static partial class JsonFault
{
    private const int LongestName = 80;

    // What the framework says, and what its readers need to know.
    private static readonly (string Says, string Words)[] Common =
    [
        ("does not contain any JSON tokens", "it is empty"),
        ("Expected depth to be zero", "it ends before an object or a list is closed"),
        ("There is an open JSON object or array", "it ends before an object or a list is closed"),
        ("trailing comma", "a comma stands before a closing bracket"),
        ("Expected end of string", "a text is not closed"),
        ("is invalid after a single JSON value", "more follows after its end"),
        ("maximum configured depth", "it is nested too deeply"),
        ("key was not present", "a field is missing"),
        ("invalid format", "a number is too large, or has a fraction where none is possible"),
    ];

    private static readonly (string Type, string Words)[] Kinds =
    [
        ("Boolean", "true or false"), ("True", "true or false"), ("UInt", "a whole number from 0 on"), ("Int32", $"a whole number of at most {int.MaxValue}"), ("Int", "a whole number"),
        ("Single", "a number"), ("Double", "a number"), ("Number", "a number"), ("String", "a text"), ("DateTime", "a time"), ("JsonValue", "a single value"),
    ];

    /// <summary>A sentence without its full stop: "line 3, column 14: transformer.layers has to be a whole number".</summary>
    /// <param name="exception">What reading it threw.</param>
    /// <param name="json">The text, where it is at hand: the place is counted in its characters.</param>
    public static string Of(Exception exception, string? json = null)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var path = exception is JsonException { Path: { } at } ? Field(at) : string.Empty;
        return Place(exception as JsonException, path, json) + Words(exception, path);
    }

    /// <summary>Line and column, both from 1, of the value of a field; null where the text has no such field.</summary>
    /// <param name="json">Valid JSON, with comments.</param>
    /// <param name="field">As in "dictionaries[0].features", in capital or small letters.</param>
    public static (int Line, int Column)? PlaceOf(string json, string field)
    {
        ArgumentNullException.ThrowIfNull(json);
        var utf8 = Encoding.UTF8.GetBytes(json);
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var within = new Stack<(string Path, int Index)>();
        var name = string.Empty;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    var outer = within.Peek().Path;
                    name = outer.Length == 0 ? reader.GetString()! : $"{outer}.{reader.GetString()}";
                    continue;
                }

                if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                {
                    within.Pop();
                    continue;
                }

                if (within.TryPop(out var list) && list.Index >= 0)
                {
                    name = string.Create(CultureInfo.InvariantCulture, $"{list.Path}[{list.Index}]");
                    list.Index++;
                }

                if (list.Path is not null)
                {
                    within.Push(list);
                }

                if (string.Equals(name, field, StringComparison.OrdinalIgnoreCase))
                {
                    return At(utf8, (int)reader.TokenStartIndex);
                }

                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    within.Push((name, reader.TokenType == JsonTokenType.StartArray ? 0 : -1));
                }
            }
        }
        catch (JsonException)
        {
            // No JSON: there is no field.
        }

        return null;
    }

    private static (int Line, int Column) At(ReadOnlySpan<byte> utf8, int offset)
    {
        var before = utf8[..offset];
        var start = before.LastIndexOf((byte)'\n') + 1;
        return (before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(before[start..]) + 1);
    }

    private static string Place(JsonException? exception, string path, string? json)
    {
        if (json is not null && path.Length > 0 && exception is not null && IsOfField(exception) && PlaceOf(json, path) is { } place)
        {
            return string.Create(CultureInfo.InvariantCulture, $"line {place.Line}, column {place.Column}: ");
        }

        return exception is { LineNumber: { } line, BytePositionInLine: { } bytes }
            ? string.Create(CultureInfo.InvariantCulture, $"line {line + 1}, column {Column(json, line, bytes)}: ")
            : string.Empty;
    }

    // A value that does not fit, rather than text that is no JSON.
    private static bool IsOfField(JsonException exception) => exception.LineNumber is null || Converted().IsMatch(exception.Message) || Unmapped().IsMatch(exception.Message);

    private static long Column(string? json, long line, long bytes)
    {
        if (json?.Split('\n').ElementAtOrDefault((int)line) is not { } text)
        {
            return bytes + 1;
        }

        var utf8 = Encoding.UTF8.GetBytes(text);
        return Encoding.UTF8.GetCharCount(utf8.AsSpan(0, (int)Math.Min(bytes, utf8.Length))) + 1;
    }

    private static string Words(Exception exception, string path)
    {
        var message = Bare(exception);
        if (Unmapped().Match(message) is { Success: true } unknown)
        {
            return $"there is no field \"{Short(path.Length > 0 ? path : unknown.Groups[1].Value)}\"";
        }

        if (Converted().Match(message) is { Success: true } type)
        {
            return $"{(path.Length > 0 ? Short(path) : "a value")} has to be {Kind(type.Groups[1].Value)}";
        }

        if (NullRefused().IsMatch(message))
        {
            return $"{(path.Length > 0 ? Short(path) : "a value")} is null; it has to have a value";
        }

        if (Missing().Match(message) is { Success: true } missing)
        {
            return $"{(path.Length > 0 ? $"{Short(path)}: " : string.Empty)}a field is missing: {Short(missing.Groups[1].Value.Replace('\'', '"'))}";
        }

        if (Repeated().Match(message) is { Success: true } repeated)
        {
            return $"it gives \"{Short(repeated.Groups[1].Value)}\" twice";
        }

        return Common.FirstOrDefault(common => message.Contains(common.Says, StringComparison.Ordinal)).Words ?? message.TrimEnd('.');
    }

    // Without what the framework adds: places as it counts them, and names of parameters.
    private static string Bare(Exception exception)
    {
        var message = Tail().Replace(exception.Message, string.Empty);
        return exception is ArgumentException { ParamName: { } name } ? message.Replace($" (Parameter '{name}')", string.Empty, StringComparison.Ordinal) : message;
    }

    private static string Field(string path) => path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path.TrimStart('$');

    private static string Short(string text) => text.Length > LongestName ? text[..LongestName] + "…" : text;

    private static string Kind(string type) =>
        type.Contains("Collections", StringComparison.Ordinal) || type.EndsWith("Array", StringComparison.Ordinal) || type.EndsWith("[]", StringComparison.Ordinal) ? "a list"
        : Kinds.FirstOrDefault(kind => type.Contains(kind.Type, StringComparison.Ordinal)).Words ?? "an object";

    [GeneratedRegex(@"\s*(?:Path: .*?\|\s*)?LineNumber: \d+ \| BytePositionInLine: \d+\.?|\s*Path: \$\S*")]
    private static partial Regex Tail();

    [GeneratedRegex("^The JSON property '(.*?)' could not be mapped to any")]
    private static partial Regex Unmapped();

    // Of a serializer, of a node that is asked for a value, and of an element that is.
    [GeneratedRegex(@"(?:could not be converted to |converted to a '|must be of type '|requires an element of type ')([^\s']+?)\.?(?:'|\s|$)")]
    private static partial Regex Converted();

    [GeneratedRegex("doesn't allow (?:setting )?null")]
    private static partial Regex NullRefused();

    [GeneratedRegex("missing required properties.*?: (.+?)\\.?$")]
    private static partial Regex Missing();

    [GeneratedRegex("same key .*Key: (.*)$")]
    private static partial Regex Repeated();
}
