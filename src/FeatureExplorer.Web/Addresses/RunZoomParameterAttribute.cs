using FeatureExplorer.Web.Components.Plots;
using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Addresses;

/// <summary>The parts of a run's charts that are shown, as <see cref="RunChartView.Zoom"/> has them.</summary>
public sealed class RunZoomParameterAttribute(string name) : AddressParameterAttribute(name)
{
    public override string Values => $"names of charts ({string.Join(", ", RunFigure.All.Select(static figure => figure.Key))}) with the ends of their axes, such as l0~100~500 or l0~100~500~20~40, separated by _";

    public override OpenApiSchema Schema => new() { Type = JsonSchemaType.String };

    public override string? Read(string value) => RunChartView.ReadZoom(value);
}
