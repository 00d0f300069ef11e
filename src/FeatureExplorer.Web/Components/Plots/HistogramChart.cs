using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Web.Components.Charts;
using FeatureExplorer.Web.Features;
using Plotly.Blazor;
using Plotly.Blazor.LayoutLib;
using Plotly.Blazor.Traces;
using Plotly.Blazor.Traces.BarLib;

namespace FeatureExplorer.Web.Components.Plots;

/// <summary>A feature's activations by level, its bars stacked by log-likelihood ratio of a context: the histogram of its page, with values on hover and ranges to drag.</summary>
public static class HistogramChart
{
    /// <summary>The chart.</summary>
    /// <param name="feature">A feature that fires.</param>
    /// <param name="mass">Whether bars are sums of activations instead of numbers of activations.</param>
    public static ChartDefinition Of(FeatureView feature, bool mass)
    {
        var plain = HistogramBars.Plain(feature.Report, feature.View);
        var logarithmic = plain == feature.Report.LogHistogram;
        var (edges, bars) = feature.Colours is { } colours ? (colours.Edges, Values(colours, mass)) : (plain.Edges, [.. plain.Counts.Select(static n => new double[] { n })]);
        var layers = bars.Count > 0 ? bars[0].Length : 0;
        var layout = PlotLayout.Of("activation", mass ? "sum of activations" : "activations", logarithmic, feature.View.LogarithmicCount);
        layout.BarMode = BarModeEnum.Stack;
        layout.BarGap = 0.04m;
        layout.DragMode = DragModeEnum.Select;
        layout.SelectDirection = SelectDirectionEnum.H;
        layout.ShowLegend = layers > 1;
        return new ChartDefinition { Data = [.. Enumerable.Range(0, layers).Select(layer => Layer(edges, bars, layer, layers, logarithmic))], Layout = layout, Config = PlotLayout.Config };
    }

    private static IReadOnlyList<double[]> Values(ContextHistogram colours, bool mass) =>
        mass ? colours.Mass : [.. colours.Counts.Select(static counts => Array.ConvertAll(counts, static n => (double)n))];

    private static Bar Layer(IReadOnlyList<float> edges, IReadOnlyList<double[]> bars, int layer, int layers, bool logarithmic) => new()
    {
        Name = layers == 1 ? "activations" : Palette.Range(layer),
        // On a logarithmic axis the middle of a bar is the geometric one.
        X = PlotLayout.Numbers(bars.Select((_, i) => logarithmic ? Math.Sqrt((double)edges[i] * edges[i + 1]) : ((double)edges[i] + edges[i + 1]) / 2)),
        WidthArray = [.. bars.Select((_, i) => (decimal?)(edges[i + 1] - edges[i]))],
        Y = PlotLayout.Numbers(bars.Select(bar => bar[layer])),
        HoverTextArray = [.. bars.Select((bar, i) => $"{Show.Significant(edges[i])} to {Show.Significant(edges[i + 1])}: {Show.Amount(bar[layer])} of {Show.Amount(bar.Sum())}")],
        HoverTemplate = layers == 1 ? "%{hovertext}<extra></extra>" : $"%{{hovertext}}<extra>{Palette.Range(layer)}</extra>",
        TextPosition = TextPositionEnum.None,
        Marker = new Marker { Color = Palette.Colour(layer, layers) },
    };
}
