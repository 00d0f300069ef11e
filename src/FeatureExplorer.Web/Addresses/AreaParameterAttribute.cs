using System.Globalization;
using FeatureExplorer.Web.Systems;
using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Addresses;

/// <summary>An area of a map, as <see cref="MapArea"/> writes it.</summary>
public sealed class AreaParameterAttribute(string name) : AddressParameterAttribute(name)
{
    public override string Values => string.Create(CultureInfo.InvariantCulture, $"the corners of an area, such as 1.5_2~3_2~3_4.25: from 3 to {MapArea.MostCorners}, each with its x and y joined by _, separated by ~");

    public override OpenApiSchema Schema => new() { Type = JsonSchemaType.String };

    public override string? Read(string value) => MapArea.Parse(value)?.ToString();
}
