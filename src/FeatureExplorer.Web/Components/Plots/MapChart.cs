using FeatureExplorer.Analysis.Map;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Systems;
using Plotly.Blazor;
using Plotly.Blazor.ConfigLib;
using Plotly.Blazor.LayoutLib;
using Plotly.Blazor.Traces;
using Plotly.Blazor.Traces.ScatterGlLib;
using Plotly.Blazor.Traces.ScatterGlLib.MarkerLib;
using BarTitle = Plotly.Blazor.Traces.ScatterGlLib.MarkerLib.ColorBarLib.Title;

namespace FeatureExplorer.Web.Components.Plots;

/// <summary>The plane of a map. Each point opens its feature; the second of two dictionaries has diamonds, marked features have rings.</summary>
public static class MapChart
{
    private const string Plain = "#8b929c";
    private const string Ring = "#d0342c";
    private const int ManyPoints = 20_000;
    private const decimal Faded = 0.4m;

    /// <summary>The chart.</summary>
    /// <param name="map">The map.</param>
    /// <param name="features">Its features.</param>
    /// <param name="marked">The points that are marked, or null where none is.</param>
    /// <param name="query">What colours say, and the area that is selected.</param>
    public static ChartDefinition Of(MapView map, IReadOnlyList<MappedFeature> features, IReadOnlySet<MapPoint>? marked, MapQuery query)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(query);
        var layout = PlotLayout.Of(string.Empty, string.Empty);
        layout.DragMode = DragModeEnum.Lasso;
        foreach (var axis in layout.XAxis)
        {
            (axis.ShowGrid, axis.ZeroLine, axis.ShowTickLabels, axis.Title) = (false, false, false, null);
        }

        foreach (var axis in layout.YAxis)
        {
            (axis.ShowGrid, axis.ZeroLine, axis.ShowTickLabels, axis.Title, axis.ScaleAnchor) = (false, false, false, null, "x");
        }

        layout.Margin.L = layout.Margin.B = 12;
        layout.Selections = query.Area is { } area ? [new Selection { Path = $"M{string.Join('L', area.Corners.Select(static c => FormattableString.Invariant($"{c.X},{c.Y}")))}Z" }] : null;
        var config = PlotLayout.Config;
        config.ScrollZoom = ScrollZoomFlag.True;
        ITrace[] traces = [.. Traces(map, features, marked, query.Colour)];
        layout.ShowLegend = traces.Length > 1;
        return new ChartDefinition { Data = traces, Layout = layout, Config = config };
    }

    private static IEnumerable<ITrace> Traces(MapView map, IReadOnlyList<MappedFeature> features, IReadOnlySet<MapPoint>? marked, MapColour colour)
    {
        var style = new Style(features.Count > ManyPoints ? 3 : 6, marked is null ? 0.8m : Faded);
        foreach (var (set, dictionary) in map.Dictionaries.Index())
        {
            var own = features.Where(f => f.Point.Set == set).ToList();
            var suffix = map.Dictionaries.Count > 1 ? $", {dictionary.Id}" : string.Empty;
            foreach (var (name, group, marker) in Groups(own, features, colour, style))
            {
                if (group.Count > 0)
                {
                    marker.Symbol = set == 0 ? SymbolEnum.Circle : SymbolEnum.Diamond;
                    marker.ShowScale = marker.ColorBar is null ? null : set == 0;
                    yield return Points(name + suffix, group, marker);
                }
            }
        }

        if (marked is not null && features.Where(f => marked.Contains(f.Point)).ToList() is { Count: > 0 } found)
        {
            yield return Points("marked", found, new Marker { Size = style.Size + 4, Color = Ring, Symbol = SymbolEnum.CircleOpen, Line = new Plotly.Blazor.Traces.ScatterGlLib.MarkerLib.Line { Width = 2 } });
        }
    }

    private static IEnumerable<(string Name, List<MappedFeature> Group, Marker Marker)> Groups(
        List<MappedFeature> own, IReadOnlyList<MappedFeature> all, MapColour colour, Style style)
    {
        switch (colour)
        {
            case MapColour.Density:
                yield return ("active on no token", own.FindAll(static f => f.Summary.Density <= 0), style.Of(Plain));
                var active = own.FindAll(static f => f.Summary.Density > 0);
                yield return ("features", active, style.Scale(active.Select(LogDensity), all.Where(static f => f.Summary.Density > 0).Select(LogDensity), "log₁₀ density"));
                break;
            case MapColour.Score:
                yield return ("no context found", own.FindAll(static f => f.Summary.BestScore is null), style.Of(Plain));
                var scored = own.FindAll(static f => f.Summary.BestScore is not null);
                yield return ("with a best context", scored, style.Scale(scored.Select(static f => f.Summary.BestScore!.Value), [0, 1], "correlation with it"));
                break;
            case MapColour.Context:
                var most = all.Where(static f => f.Context is not null).GroupBy(static f => f.Context!).OrderByDescending(static g => g.Count()).ThenBy(static g => g.Key, StringComparer.Ordinal)
                    .Take(PlotLayout.Colours.Count).Select(static g => g.Key).ToList();
                yield return ("no context found", own.FindAll(static f => f.Context is null), style.Of(Plain));
                yield return ("other contexts", own.FindAll(f => f.Context is { } context && !most.Contains(context)), style.Of("#5b6068"));
                foreach (var (number, context) in most.Index())
                {
                    yield return (Escaped(context), own.FindAll(f => f.Context == context), style.Of(PlotLayout.Colours[number]));
                }

                break;
            case MapColour.Parent:
                yield return ("without a parent", own.FindAll(static f => f.Parent is null), style.Of(Plain));
                var split = own.FindAll(static f => f.Parent is not null);
                yield return ("by parent", split, style.Each(split.Select(static f => f.Parent!.Feature)));
                break;
            default:
                yield return ("outside of all clusters", own.FindAll(static f => f.Point.Cluster == Hdbscan.None), style.Of(Plain));
                var clustered = own.FindAll(static f => f.Point.Cluster != Hdbscan.None);
                yield return ("in clusters", clustered, style.Each(clustered.Select(static f => f.Point.Cluster)));
                break;
        }
    }

    private static double LogDensity(MappedFeature feature) => Math.Log10(feature.Summary.Density);

    private static ScatterGl Points(string name, IReadOnlyList<MappedFeature> features, Marker marker) => new()
    {
        Name = name,
        Mode = ModeFlag.Markers,
        X = PlotLayout.Numbers(features.Select(static f => Math.Round((double)f.Point.X, 3))),
        Y = PlotLayout.Numbers(features.Select(static f => Math.Round((double)f.Point.Y, 3))),
        TextArray = [.. features.Select(Text)],
        HoverInfo = HoverInfoFlag.Text,
        CustomData = [.. features.Select(static f => (object)Urls.Feature(f.Dictionary, f.Point.Feature))],
        Marker = marker,
    };

    private static string Text(MappedFeature feature) =>
        $"{feature.Dictionary.Id}/{feature.Point.Feature}: {Escaped(feature.Name.Text)}<br>density {Show.Percent(feature.Summary.Density)}"
        + (feature.Context is { } context ? $", {Escaped(context)} {Show.Two(feature.Summary.BestScore ?? 0)}" : string.Empty)
        + (feature.Parent is { Similarity: < 1 } parent ? $", from {parent.Dictionary}/{parent.Feature} ({Show.Two(parent.Similarity)})" : string.Empty)
        + (feature.Point.Cluster == Hdbscan.None ? string.Empty : $", cluster {feature.Point.Cluster}");

    // plotly.js takes some tags in texts for what they mean.
    private static string Escaped(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    private readonly record struct Style(int Size, decimal Opacity)
    {
        public Marker Of(string colour) => new() { Size = Size, Opacity = Opacity, Color = colour };

        /// <summary>Points of one number have one colour; there are more numbers than colours.</summary>
        public Marker Each(IEnumerable<int> numbers) =>
            new() { Size = Size, Opacity = Opacity, ColorArray = [.. numbers.Select(static number => (object)PlotLayout.Colours[number % PlotLayout.Colours.Count])] };

        /// <summary>Colours by value, on one scale for all.</summary>
        public Marker Scale(IEnumerable<double> values, IEnumerable<double> range, string title)
        {
            var (low, high) = range.Aggregate((double.PositiveInfinity, double.NegativeInfinity), static (ends, v) => (Math.Min(ends.Item1, v), Math.Max(ends.Item2, v)));
            if (low > high)
            {
                (low, high) = (0, 1);
            }

            return new Marker
            {
                Size = Size,
                Opacity = Opacity,
                ColorArray = [.. values.Select(static v => (object)Math.Round(v, 3))],
                ColorScale = "Viridis",
                CMin = (decimal)low,
                CMax = (decimal)high,
                // Below the plane: on a narrow screen there is no room beside it.
                ColorBar = new ColorBar
                {
                    Title = new BarTitle { Text = title, Side = Plotly.Blazor.Traces.ScatterGlLib.MarkerLib.ColorBarLib.TitleLib.SideEnum.Top },
                    Orientation = Plotly.Blazor.Traces.ScatterGlLib.MarkerLib.ColorBarLib.OrientationEnum.H,
                    Thickness = 12,
                    Len = 0.6m,
                    Y = -0.01m,
                    YAnchor = Plotly.Blazor.Traces.ScatterGlLib.MarkerLib.ColorBarLib.YAnchorEnum.Top,
                },
            };
        }
    }
}
