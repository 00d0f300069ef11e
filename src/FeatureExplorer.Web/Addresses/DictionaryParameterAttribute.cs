using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Addresses;

/// <summary>A dictionary as people write it.</summary>
public sealed class DictionaryParameterAttribute(string name) : AddressParameterAttribute(name)
{
    public override string Values => "a model and a dictionary, such as A/1";

    public override OpenApiSchema Schema => new() { Type = JsonSchemaType.String, Pattern = "^[^/]+/[^/]+$" };

    public override string? Read(string value) =>
        value.Split('/') is [{ Length: > 0 }, { Length: > 0 }] && !value.Any(char.IsControl) ? value : null;
}
