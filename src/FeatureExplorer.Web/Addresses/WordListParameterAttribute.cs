using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Addresses;

/// <summary>Some of several words, separated by commas.</summary>
public sealed class WordListParameterAttribute(string name, params string[] words) : AddressParameterAttribute(name)
{
    public override string Values => $"some of {string.Join(", ", words)}, separated by commas";

    public override OpenApiSchema Schema => new() { Type = JsonSchemaType.String };

    public override string? Read(string value)
    {
        var given = value.Split(',', StringSplitOptions.TrimEntries);
        return given.All(word => words.Contains(word, StringComparer.OrdinalIgnoreCase)) ? string.Join(',', words.Where(word => given.Contains(word, StringComparer.OrdinalIgnoreCase))) : null;
    }
}
