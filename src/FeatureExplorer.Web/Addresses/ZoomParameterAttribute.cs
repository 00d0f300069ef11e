using FeatureExplorer.Web.Components.Plots;
using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Addresses;

/// <summary>The part of a chart that is shown, as <see cref="ChartZoom"/> writes it.</summary>
public sealed class ZoomParameterAttribute(string name) : AddressParameterAttribute(name)
{
    public override string Values => "the ends of the axes, such as 1~5 or 1~5~2~4";

    public override OpenApiSchema Schema => new() { Type = JsonSchemaType.String };

    public override string? Read(string value) => ChartZoom.Parse(value)?.ToString();
}
