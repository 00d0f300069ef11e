using System.Text.Json;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported.Files;

/// <summary>A value of a JSON file and its place there, so that an error can say which one is wrong.</summary>
internal readonly struct JsonPart(JsonElement value, string path)
{
    private const int LongestShown = 80;

    public JsonElement Value { get; } = value;

    public string Path { get; } = path;

    public bool IsNull => Value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    /// <summary>"type" of a component.</summary>
    public string Type => this["type"].Text();

    /// <summary>A field; null where it is absent.</summary>
    /// <exception cref="FormatException">This is no object.</exception>
    public JsonPart this[string name] => Value.ValueKind != JsonValueKind.Object
        ? throw Wrong("an object")
        : new JsonPart(Value.TryGetProperty(name, out var field) ? field : default, Path.Length == 0 ? name : $"{Path}.{name}");

    public FormatException Wrong(string needed) => new($"{(Path.Length == 0 ? "it" : Path)} is {Shown()}; it has to be {needed}");

    /// <summary>A component that is not supported.</summary>
    public FormatException Unsupported(string what) => new($"{Path} is the {what} \"{Short(Type)}\", which is not supported");

    public string Text() => Value.ValueKind == JsonValueKind.String ? Value.GetString()! : throw Wrong("a text");

    public string Text(string otherwise) => IsNull ? otherwise : Text();

    public bool Flag(bool otherwise) => Value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null or JsonValueKind.Undefined => otherwise,
        _ => throw Wrong("true or false"),
    };

    public int Id() => Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out var id) && id is >= 0 and < TokenizerLimits.MostIds
        ? id
        : throw Wrong($"a token id, a whole number from 0 to {TokenizerLimits.MostIds - 1}");

    public List<JsonPart> List(int most)
    {
        if (Value.ValueKind != JsonValueKind.Array)
        {
            throw Wrong("a list");
        }

        if (Value.GetArrayLength() > most)
        {
            throw new FormatException($"{Path} has {Value.GetArrayLength():N0} entries; at most {most:N0} are read");
        }

        var path = Path;
        return [.. Value.EnumerateArray().Select((item, i) => new JsonPart(item, $"{path}[{i}]"))];
    }

    /// <summary>Refuses what would change the ids and is not supported, unless it is switched off.</summary>
    public void MustBeOff(string name)
    {
        var field = this[name];
        var off = field.IsNull || field.Value.ValueKind == JsonValueKind.False
            || (field.Value.ValueKind == JsonValueKind.String && field.Value.GetString()!.Length == 0)
            || (field.Value.ValueKind == JsonValueKind.Number && field.Value.GetDouble() == 0);
        if (!off)
        {
            throw new FormatException($"{field.Path} is {field.Shown()}, which is not supported");
        }
    }

    public static string Short(string text) => text.Length <= LongestShown ? text : text[..LongestShown] + "…";

    private string Shown() => Value.ValueKind switch
    {
        JsonValueKind.Undefined => "missing",
        JsonValueKind.String => $"\"{Short(Value.GetString()!)}\"",
        _ => Short(Value.GetRawText()),
    };
}
