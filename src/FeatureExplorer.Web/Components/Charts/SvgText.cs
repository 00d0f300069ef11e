using FeatureExplorer.Web.Components.Tokens;
using FeatureExplorer.Web.Features;
using Microsoft.AspNetCore.Components;

namespace FeatureExplorer.Web.Components.Charts;

/// <summary>A label in a drawing; in markup its element would be taken for Razor's own &lt;text&gt;.</summary>
public static class SvgText
{
    /// <param name="x">Where the text lies, with which part of it <paramref name="anchor"/> says.</param>
    /// <param name="y">Its ground line.</param>
    /// <param name="text">The text.</param>
    /// <param name="anchor">"start", "middle" or "end".</param>
    public static RenderFragment At(double x, double y, string text, string anchor = "middle") => new MarkupWriter().Label(x, y, text, anchor).ToFragment();

    /// <summary>Adds a label.</summary>
    /// <param name="markup">What it is added to.</param>
    /// <param name="x">Where the text lies, with which part of it <paramref name="anchor"/> says.</param>
    /// <param name="y">Its ground line.</param>
    /// <param name="text">The text.</param>
    /// <param name="anchor">"start", "middle" or "end".</param>
    public static MarkupWriter Label(this MarkupWriter markup, double x, double y, string text, string anchor = "middle") =>
        markup.Raw("<text").Attribute("x", Show.Coordinate(x)).Attribute("y", Show.Coordinate(y)).Attribute("text-anchor", anchor)
            // The colour for where no stylesheet reaches it.
            .Raw(" fill=\"#5a666c\">").Text(text).Raw("</text>");
}
