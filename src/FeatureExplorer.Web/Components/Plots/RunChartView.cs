using System.Globalization;

namespace FeatureExplorer.Web.Components.Plots;

/// <summary>How a reader looks at a run's charts; all of it is in the address.</summary>
/// <param name="X">What the horizontal axis counts.</param>
/// <param name="Smooth">Share of the value before that a smoothed value keeps, 0 to 0.99; 0 draws the points as they are.</param>
/// <param name="LogX">Whether the horizontal axis is logarithmic.</param>
/// <param name="LogY">Whether the vertical axes are.</param>
/// <param name="Hidden">Names of the series that are hidden, separated by commas, in order; empty for none.</param>
public sealed record RunChartView(RunAxis X, double Smooth, bool LogX, bool LogY, string Hidden)
{
    /// <summary>The strongest smoothing.</summary>
    public const double MostSmooth = 0.99;

    private const char BetweenCharts = '_';
    private const char AfterName = '~';

    /// <summary>Characters of the names of hidden series at most.</summary>
    public const int LongestHidden = 1000;

    /// <summary>Points as they are, by step, on linear axes.</summary>
    public static RunChartView Usual { get; } = new(RunAxis.Step, 0, false, false, string.Empty);

    /// <summary>The charts of which a part is shown, in order: the name of each, "~" and its <see cref="ChartZoom"/>, separated by "_"; empty for none.</summary>
    public string Zoom { get; init; } = string.Empty;

    /// <summary>What an address says; its values have been checked.</summary>
    public static RunChartView Of(string? x, string? smooth, string? log, string? hide, string? zoom = null)
    {
        var logarithmic = (log ?? string.Empty).Split(',');
        return new RunChartView(
            Urls.Parse<RunAxis>(x) ?? RunAxis.Step, double.TryParse(smooth, CultureInfo.InvariantCulture, out var share) ? share : 0,
            logarithmic.Contains("x"), logarithmic.Contains("y"), string.Join(',', Names(hide ?? string.Empty)))
        { Zoom = zoom ?? string.Empty };
    }

    /// <summary>A text for <see cref="Zoom"/> in the one form that all ways to write it share, or null when it is none.</summary>
    public static string? ReadZoom(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var zooms = new Dictionary<string, ChartZoom>(StringComparer.Ordinal);
        foreach (var part in text.Split(BetweenCharts, StringSplitOptions.RemoveEmptyEntries))
        {
            var end = part.IndexOf(AfterName, StringComparison.Ordinal);
            if (end < 0 || RunFigure.Find(part[..end]) is not { } figure || ChartZoom.Parse(part[(end + 1)..]) is not { } zoom || !zooms.TryAdd(figure.Key, zoom))
            {
                return null;
            }
        }

        return Text(zooms);
    }

    /// <summary>The part of a chart that is shown.</summary>
    public ChartZoom ZoomOf(string figure) => Zooms().GetValueOrDefault(figure, ChartZoom.Whole);

    /// <summary>The same with another part of one chart.</summary>
    public RunChartView Zoomed(string figure, ChartZoom zoom)
    {
        var zooms = Zooms();
        zooms[figure] = zoom;
        return this with { Zoom = Text(zooms) };
    }

    /// <summary>The same by another horizontal axis, whose units are not those of the parts that are shown.</summary>
    public RunChartView By(RunAxis axis) =>
        this with { X = axis, Zoom = Text(Zooms().ToDictionary(static pair => pair.Key, static pair => pair.Value with { Left = null, Right = null })) };

    /// <summary>Whether a series is hidden.</summary>
    public bool Hides(string series) => Hidden.Length > 0 && Hidden.Split(',').Contains(series);

    /// <summary>The same with one series hidden or shown.</summary>
    public RunChartView With(string series, bool hidden)
    {
        var names = Names(Hidden).Where(name => name != series);
        return this with { Hidden = string.Join(',', Names(string.Join(',', hidden ? names.Append(series) : names))) };
    }

    /// <summary>An address with this view; what is usual is left out.</summary>
    /// <param name="address">May have parameters already.</param>
    public string On(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        (string Name, string? Value)[] parameters =
        [
            ("x", X == RunAxis.Step ? null : Urls.Word(X)),
            ("smooth", Smooth > 0 ? Smooth.ToString("0.##", CultureInfo.InvariantCulture) : null),
            ("log", string.Join(',', new[] { LogX ? "x" : null, LogY ? "y" : null }.OfType<string>())),
            ("hide", Hidden),
            ("zoom", Zoom),
        ];
        var separator = address.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        foreach (var (name, value) in parameters.Where(static p => !string.IsNullOrEmpty(p.Value)))
        {
            address += $"{separator}{name}={Urls.Escape(value!)}";
            separator = '&';
        }

        return address;
    }

    private static IEnumerable<string> Names(string list) =>
        list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct().Order(StringComparer.Ordinal);

    private static string Text(Dictionary<string, ChartZoom> zooms) => string.Join(
        BetweenCharts, zooms.Where(static pair => pair.Value != ChartZoom.Whole).OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => $"{pair.Key}{AfterName}{pair.Value}"));

    private Dictionary<string, ChartZoom> Zooms() => Zoom.Split(BetweenCharts, StringSplitOptions.RemoveEmptyEntries).Select(static part => part.Split(AfterName, 2))
        .ToDictionary(static part => part[0], static part => ChartZoom.Parse(part[1])!, StringComparer.Ordinal);
}
