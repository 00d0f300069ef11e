using FeatureExplorer.Analysis.Steering;
using Plotly.Blazor;
using Plotly.Blazor.LayoutLib;
using Plotly.Blazor.Traces;
using Plotly.Blazor.Traces.ScatterLib;

namespace FeatureExplorer.Web.Components.Plots;

/// <summary>What steering does at every strength: the share of generated tokens inside the context, and their loss under the model as it is.</summary>
public static class SteeringChart
{
    private const string Second = "y2";

    /// <summary>The chart.</summary>
    /// <param name="points">By strength.</param>
    /// <param name="context">Title of the context, or null without one.</param>
    public static ChartDefinition Of(IReadOnlyList<SteeringPoint> points, string? context)
    {
        ArgumentNullException.ThrowIfNull(points);
        var layout = PlotLayout.Of("strength: multiple of the maximum", "share inside the context");
        layout.ShowLegend = true;
        // The axis with its title, and beside it the bar of buttons.
        layout.Margin.R = 96;
        layout.YAxis[0].Range = [0, 1];
        layout.YAxis.Add(new YAxis
        {
            Overlaying = "y",
            Side = Plotly.Blazor.LayoutLib.YAxisLib.SideEnum.Right,
            ShowGrid = false,
            RangeMode = Plotly.Blazor.LayoutLib.YAxisLib.RangeModeEnum.ToZero,
            Title = new Plotly.Blazor.LayoutLib.YAxisLib.Title { Text = "loss, nats per token" },
        });
        return new ChartDefinition
        {
            Data =
            [
                .. context is null ? [] : new ITrace[] { Line($"inside {context}", 0, null, points.Where(static p => p.InContext is not null).Select(static p => (p.Strength, p.InContext!.Value))) },
                Line("loss under the model as it is", 1, Second, points.Where(static p => p.Loss is not null).Select(static p => (p.Strength, p.Loss!.Value))),
            ],
            Layout = layout,
            Config = PlotLayout.Config,
        };
    }

    private static Scatter Line(string name, int number, string? axis, IEnumerable<(double X, double Y)> points)
    {
        var all = points.ToList();
        return new Scatter
        {
            Name = name,
            YAxis = axis,
            Mode = ModeFlag.Lines | ModeFlag.Markers,
            Line = new Line { Color = PlotLayout.Colours[number], Dash = number == 0 ? "solid" : "dash" },
            X = PlotLayout.Numbers(all.Select(static p => p.X)),
            Y = PlotLayout.Numbers(all.Select(static p => p.Y)),
        };
    }
}
