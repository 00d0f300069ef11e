using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace FeatureExplorer.Web.Components.Parts;

/// <summary>A label in a drawing; in markup its element would be taken for Razor's own &lt;text&gt;.</summary>
public sealed class SvgText : ComponentBase
{
    [Parameter, EditorRequired]
    public double X { get; set; }

    [Parameter, EditorRequired]
    public double Y { get; set; }

    /// <summary>Which part of the text lies at X: "start", "middle" or "end".</summary>
    [Parameter]
    public string Anchor { get; set; } = "middle";

    [Parameter, EditorRequired]
    public required string Text { get; set; }

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenElement(0, "text");
        builder.AddAttribute(1, "x", Show.Coordinate(X));
        builder.AddAttribute(2, "y", Show.Coordinate(Y));
        builder.AddAttribute(3, "text-anchor", Anchor);
        // The colour for where no stylesheet reaches it.
        builder.AddAttribute(4, "fill", "#5a666c");
        builder.AddContent(5, Text);
        builder.CloseElement();
    }
}
