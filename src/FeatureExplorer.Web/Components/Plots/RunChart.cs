using FeatureExplorer.Web.Features;
using Plotly.Blazor;
using Plotly.Blazor.LayoutLib;
using Plotly.Blazor.Traces;
using Plotly.Blazor.Traces.ScatterLib;
using Line = Plotly.Blazor.Traces.ScatterLib.Line;

namespace FeatureExplorer.Web.Components.Plots;

/// <summary>
/// The chart of one figure of a run, or of several runs. The lines' traces come first, in their order: one each, or two where they are smoothed, the pale points
/// and then the smooth line. Limits follow.
/// </summary>
public static class RunChart
{
    /// <summary>Points up to which each is marked: a line alone would not show where they are.</summary>
    private const int Marked = 40;

    private static readonly string[] Dashes = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];

    /// <summary>Traces that a line has in a view.</summary>
    public static int TracesOf(RunChartView view) => view.Smooth > 0 ? 2 : 1;

    /// <summary>The chart.</summary>
    public static ChartDefinition Of(RunFigure figure, IReadOnlyList<RunLine> lines, RunChartView view)
    {
        var layout = PlotLayout.Of(NameOf(view.X), figure.Axis, view.LogX, view.LogY);
        layout.HoverMode = HoverModeEnum.XUnified;
        layout.HoverDistance = -1; // the nearest point, however far
        // The line stands where the pointer is, so that it is at one place in all charts of the page: their nearest points are at different ones.
        layout.XAxis[0].SpikeSnap = Plotly.Blazor.LayoutLib.XAxisLib.SpikeSnapEnum.Cursor;
        layout.YAxis[0].HoverFormat = ".4~g";
        layout.YAxis[0].ExponentFormat = figure.IsRate ? null : Plotly.Blazor.LayoutLib.YAxisLib.ExponentFormatEnum.Power;
        if (!view.LogY && lines.All(static line => line.Y.Min() is var least && least > 0 && line.Y.Max() - least <= 1e-9 * least))
        {
            // Values that never change would stand in a range of -1 to 1.
            layout.YAxis[0].RangeMode = Plotly.Blazor.LayoutLib.YAxisLib.RangeModeEnum.ToZero;
        }

        layout.ShowLegend = lines.Count > 1 || lines.Any(static line => line.Limit is not null);
        return new ChartDefinition { Data = [.. lines.SelectMany(line => Traces(line, view)), .. Limits(lines)], Layout = layout, Config = PlotLayout.Config };
    }

    /// <summary>Words for what the horizontal axis counts.</summary>
    public static string NameOf(RunAxis axis) => axis switch { RunAxis.Tokens => "tokens", RunAxis.Time => "seconds worked", _ => "step" };

    /// <summary>The latest value beside the title where one line is the figure's: with its share of the limit, where it has one.</summary>
    public static string? Latest(RunFigure figure, IReadOnlyList<RunLine> lines)
    {
        ArgumentNullException.ThrowIfNull(figure);
        var own = lines.Where(static line => !Training.Progress.Curves.IsHeldOut(line.Name)).ToList();
        if (own is not [var line])
        {
            return null;
        }

        var value = line.Y[^1];
        return !figure.IsRate ? Show.Significant(value)
            : line.Limit is { } limit ? $"{Show.Amount(value)}, {Show.WholePercent(value / limit)} of the limit" : Show.Amount(value);
    }

    private static IEnumerable<ITrace> Traces(RunLine line, RunChartView view)
    {
        if (view.Smooth > 0)
        {
            var pale = Trace(line, line.Y, view);
            pale.Opacity = 0.3m;
            pale.ShowLegend = false;
            pale.HoverInfo = HoverInfoFlag.Skip;
            pale.Line.Width = 1;
            yield return pale;
            yield return Trace(line, Smoothing.Exponential(line.Y, view.Smooth), view);
        }
        else
        {
            yield return Trace(line, line.Y, view);
        }
    }

    private static Scatter Trace(RunLine line, double[] y, RunChartView view) => new()
    {
        Name = line.Name,
        LegendGroup = line.Name,
        Visible = view.Hides(line.Name) ? VisibleEnum.LegendOnly : null,
        Mode = line.X.Length <= Marked ? ModeFlag.Lines | ModeFlag.Markers : ModeFlag.Lines,
        X = PlotLayout.Numbers(line.X),
        Y = PlotLayout.Numbers(y),
        Line = new Line
        {
            Color = PlotLayout.Colours[line.Colour % PlotLayout.Colours.Count],
            Dash = Dashes[(line.Dash + (line.Colour / PlotLayout.Colours.Count)) % Dashes.Length],
            Width = 1.8m,
        },
        Marker = new Marker { Size = 5, Color = PlotLayout.Colours[line.Colour % PlotLayout.Colours.Count] },
    };

    // A limit far above the line would press it flat: not more than two of them.
    private static IEnumerable<Scatter> Limits(IReadOnlyList<RunLine> lines)
    {
        var limits = lines.Where(static line => line.Limit is not null).GroupBy(static line => line.Limit!.Value).ToList();
        return limits.Count > 2 ? [] : limits.Select(static (limit, i) => new Scatter
        {
            Name = "the machine's limit",
            LegendGroup = "limit",
            ShowLegend = i == 0,
            Mode = ModeFlag.Lines,
            HoverTemplate = "%{y}", // it is the same everywhere: where its two points are says nothing
            Line = new Line { Dash = "dot", Width = 1.2m, Color = "#8a979d" },
            X = PlotLayout.Numbers([limit.Min(static line => line.X[0]), limit.Max(static line => line.X[^1])]),
            Y = PlotLayout.Numbers([limit.Key, limit.Key]),
        });
    }
}
