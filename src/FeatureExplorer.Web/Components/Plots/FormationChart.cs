using FeatureExplorer.Analysis.Formation;
using Plotly.Blazor;
using Plotly.Blazor.LayoutLib;
using Plotly.Blazor.Traces;
using Plotly.Blazor.Traces.ScatterLib;

namespace FeatureExplorer.Web.Components.Plots;

/// <summary>How a feature came to be: one quantity at the steps of the training at which it was looked at.</summary>
public static class FormationChart
{
    /// <summary>The chart.</summary>
    public static ChartDefinition Of(FormationQuantity quantity, IReadOnlyList<FormationMoment> moments)
    {
        ArgumentNullException.ThrowIfNull(moments);
        var points = Points(quantity, moments).ToList();
        var layout = PlotLayout.Of("step", TitleOf(quantity));
        layout.HoverMode = HoverModeEnum.XUnified;
        layout.HoverDistance = -1; // the nearest point, however far
        layout.YAxis[0].HoverFormat = ".4~g";
        return new ChartDefinition
        {
            Data =
            [
                new Scatter
                {
                    Name = TitleOf(quantity),
                    Mode = ModeFlag.Lines | ModeFlag.Markers,
                    X = PlotLayout.Numbers(points.Select(static p => p.X)),
                    Y = PlotLayout.Numbers(points.Select(static p => p.Y)),
                    Line = new Line { Color = PlotLayout.Colours[0], Width = 1.8m },
                    Marker = new Marker { Size = 5, Color = PlotLayout.Colours[0] },
                },
            ],
            Layout = layout,
            Config = PlotLayout.Config,
        };
    }

    /// <summary>Steps and the value at each.</summary>
    public static IEnumerable<(double X, double Y)> Points(FormationQuantity quantity, IEnumerable<FormationMoment> moments) => moments
        .Select(m => ((double)m.Step, (double)(quantity switch { FormationQuantity.Density => m.Density, FormationQuantity.Score => m.Score, _ => m.Cosine })))
        .Where(static point => double.IsFinite(point.Item2));

    /// <summary>Words for a quantity.</summary>
    public static string TitleOf(FormationQuantity quantity) => quantity switch
    {
        FormationQuantity.Density => "Density",
        FormationQuantity.Score => "Best context's score",
        _ => "Cosine with its latest direction",
    };
}
