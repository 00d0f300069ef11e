using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Web.Components.Charts;
using FeatureExplorer.Web.Features;
using Plotly.Blazor;
using Plotly.Blazor.Traces;
using Plotly.Blazor.Traces.ScatterLib;

namespace FeatureExplorer.Web.Components.Plots;

/// <summary>Two units against each other: their activations token by token, and their logit weights by token of the vocabulary.</summary>
public static class PairCharts
{
    /// <summary>Activations, one series for each bin of log-likelihood ratio; tokens likelier in the context than elsewhere are crosses.</summary>
    public static ChartDefinition Activations(UnitComparison comparison, string left, string right)
    {
        var layout = PlotLayout.Of(left, right);
        layout.ShowLegend = true;
        return new ChartDefinition
        {
            Data = [.. comparison.Sample.GroupBy(static t => t.Bin).OrderBy(static g => g.Key).Select(static bin => Points(
                Palette.Range(bin.Key), Palette.Colour(bin.Key, LlrBins.Count), bin.Key >= Palette.FirstPositive,
                [.. bin.Select(static t => ((double)t.Left, (double)t.Right, $"{Show.Two(t.Left)}, {Show.Two(t.Right)}"))]))],
            Layout = layout,
            Config = PlotLayout.Config,
        };
    }

    /// <summary>Logit weights; tokens of which at least half lie inside the context are crosses. Hovering names the token.</summary>
    public static ChartDefinition Weights(WeightComparison comparison, string left, string right, TokenText text)
    {
        var layout = PlotLayout.Of(left, right);
        layout.ShowLegend = true;
        return new ChartDefinition
        {
            Data = [.. comparison.Weights.GroupBy(static w => w.Inside >= 0.5).OrderBy(static g => g.Key).Select(group => Points(
                group.Key ? "inside the context" : "elsewhere", Palette.Colour(group.Key ? 6 : 1, LlrBins.Count), group.Key,
                [.. group.Select(w => ((double)w.Left, (double)w.Right, $"{Visible(text.Of(w.Token))}: {Show.Two(w.Left)}, {Show.Two(w.Right)}"))]))],
            Layout = layout,
            Config = PlotLayout.Config,
        };
    }

    // plotly.js reads a few tags in labels, and a token may be one.
    private static string Visible(string token) => token.Replace(' ', '␣').Replace('\n', '⏎').Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    private static Scatter Points(string name, string colour, bool crosses, IReadOnlyList<(double X, double Y, string Tip)> points) => new()
    {
        Name = name,
        Mode = ModeFlag.Markers,
        X = PlotLayout.Numbers(points.Select(static p => p.X)),
        Y = PlotLayout.Numbers(points.Select(static p => p.Y)),
        HoverTextArray = [.. points.Select(static p => p.Tip)],
        HoverInfo = HoverInfoFlag.Text | HoverInfoFlag.Name,
        Marker = new Marker { Size = crosses ? 6 : 5, Opacity = 0.8m, Color = colour, Symbol = crosses ? Plotly.Blazor.Traces.ScatterLib.MarkerLib.SymbolEnum.CrossThin : Plotly.Blazor.Traces.ScatterLib.MarkerLib.SymbolEnum.Circle, Line = crosses ? new Plotly.Blazor.Traces.ScatterLib.MarkerLib.Line { Width = 1.5m, Color = colour } : null },
    };
}
