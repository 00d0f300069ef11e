using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Addresses;

/// <summary>One of some words, whatever its case.</summary>
public class WordsParameterAttribute(string name, params string[] words) : AddressParameterAttribute(name)
{
    public override string Values => words.Length == 1 ? words[0] : $"one of {string.Join(", ", words)}";

    public override OpenApiSchema Schema => new() { Type = JsonSchemaType.String, Enum = [.. words.Select(static word => JsonValue.Create(word))] };

    public override string? Read(string value) => words.FirstOrDefault(word => string.Equals(word, value, StringComparison.OrdinalIgnoreCase));
}
