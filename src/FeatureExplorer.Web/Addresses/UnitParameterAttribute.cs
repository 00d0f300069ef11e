using FeatureExplorer.Web.Features;
using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Addresses;

/// <summary>A feature or neuron as people write it.</summary>
public sealed class UnitParameterAttribute(string name) : AddressParameterAttribute(name)
{
    public override string Values => "a model, a dictionary and an index, such as A/1/12 or A/neurons/83";

    public override OpenApiSchema Schema => new() { Type = JsonSchemaType.String, Pattern = "^[^/]+/[^/]+/[0-9]+$" };

    public override string? Read(string value) => UnitId.Parse(value)?.ToString();
}
