using FeatureExplorer.Web.Security.Fetching;
using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Addresses;

/// <summary>A path on this server to go back to. Whatever leads elsewhere stands for the home page, so that no value is refused.</summary>
public sealed class LocalPathParameterAttribute(string name) : AddressParameterAttribute(name)
{
    public override string Values => "a path on this server";

    public override OpenApiSchema Schema => new() { Type = JsonSchemaType.String };

    public override string? Read(string value) => LocalPath.Of(value);
}
