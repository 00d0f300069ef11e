using FeatureExplorer.Web.Features;
using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Addresses;

/// <summary>The list of features that a visitor came from, in one parameter: <see cref="FeatureListing"/>.</summary>
public sealed class ListingParameterAttribute(string name) : AddressParameterAttribute(name)
{
    public override string Values => "a list as the pages write it, such as context=dna or q=river&state=live";

    public override OpenApiSchema Schema => new() { Type = JsonSchemaType.String, MaxLength = FeatureListing.LongestText };

    public override string? Read(string value) => value.Length <= FeatureListing.LongestText ? FeatureListing.Read(value)?.Write() : null;
}
