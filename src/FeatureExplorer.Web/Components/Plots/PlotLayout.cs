using Plotly.Blazor;
using Plotly.Blazor.LayoutLib;
using Plotly.Blazor.LayoutLib.LegendLib;
using PlotlyLayout = Plotly.Blazor.Layout;
using XAxisTitle = Plotly.Blazor.LayoutLib.XAxisLib.Title;
using XAxisType = Plotly.Blazor.LayoutLib.XAxisLib.TypeEnum;
using YAxisTitle = Plotly.Blazor.LayoutLib.YAxisLib.Title;
using YAxisType = Plotly.Blazor.LayoutLib.YAxisLib.TypeEnum;

namespace FeatureExplorer.Web.Components.Plots;

/// <summary>What all charts have in common. Colours of text and grid come from app.css, so that a chart follows the theme without being drawn again.</summary>
public static class PlotLayout
{
    /// <summary>Colours of series, readable on light and dark ground; line styles repeat them in another dash.</summary>
    public static IReadOnlyList<string> Colours { get; } = ["#1a8fa6", "#d9622b", "#4f86d6", "#c2417a", "#8a8f1e", "#7d6bd0", "#2f9e6e", "#b0662a"];

    // With more, plotly.js labels all of 2 to 9 between two powers of ten, and these run into each other.
    private const int LogTicks = 3;

    /// <summary>No logo; the chart follows its place; the bar of buttons shows on hover.</summary>
    public static Config Config => new() { Responsive = true, DisplayLogo = false };

    /// <summary>A layout with two named axes; the legend, where there is one, lies above the chart, so that it takes no width.</summary>
    /// <param name="x">Name of the horizontal axis.</param>
    /// <param name="y">Name of the vertical axis.</param>
    /// <param name="logX">Whether the horizontal axis is logarithmic.</param>
    /// <param name="logY">Whether the vertical axis is logarithmic.</param>
    public static PlotlyLayout Of(string x, string y, bool logX = false, bool logY = false) => new()
    {
        // The bar of buttons stands in the right margin, where it covers neither legend nor data.
        Margin = new Margin { T = 12, R = 34, B = 44, L = 60 },
        ModeBar = new ModeBar { Orientation = Plotly.Blazor.LayoutLib.ModeBarLib.OrientationEnum.V, BgColor = "rgba(0,0,0,0)" },
        XAxis = [new XAxis { Type = logX ? XAxisType.Log : null, NTicks = logX ? LogTicks : null, Title = new XAxisTitle { Text = x }, AutoMargin = Plotly.Blazor.LayoutLib.XAxisLib.AutoMarginFlag.True }],
        YAxis = [new YAxis { Type = logY ? YAxisType.Log : null, Title = new YAxisTitle { Text = y }, AutoMargin = Plotly.Blazor.LayoutLib.YAxisLib.AutoMarginFlag.True }],
        Legend = [new Legend { Orientation = OrientationEnum.H, Y = 1, YAnchor = YAnchorEnum.Bottom }],
        HoverMode = HoverModeEnum.Closest,
        PaperBgColor = "rgba(0,0,0,0)",
        PlotBgColor = "rgba(0,0,0,0)",
    };

    /// <summary>Numbers as the package wants them.</summary>
    public static List<object> Numbers(IEnumerable<double> values) => [.. values.Select(static v => (object)v)];
}
