using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Components.Charts;

/// <summary>The geometry of a chart with a few lines: from values to a drawing of <see cref="Width"/> by <see cref="Height"/> units.</summary>
public sealed class LineChart
{
    public const int Width = 480;
    public const int Height = 220;
    public const int Left = 52;
    public const int Right = Width - 12;
    public const int Top = 10;
    public const int Bottom = Height - 34;

    /// <param name="series">The lines.</param>
    /// <param name="largestX">End of the horizontal axis, or null for the last point's.</param>
    /// <param name="also">Values that the vertical axis must reach.</param>
    public LineChart(IReadOnlyList<ChartSeries> series, double? largestX, IEnumerable<double> also)
    {
        Series = [.. series.Where(s => s.Points.Count > 0)];
        var ys = Series.SelectMany(s => s.Points.Select(p => p.Y)).Concat(also).Where(double.IsFinite).ToList();
        var xs = Series.SelectMany(s => new[] { s.Points[0].X, s.Points[^1].X }).ToList();
        X = new Axis(0, Math.Max(largestX ?? 0, xs.Count > 0 ? xs.Max() : 1), false);
        Y = Vertical(ys);
    }

    public IReadOnlyList<ChartSeries> Series { get; }

    public Axis X { get; }

    public Axis Y { get; }

    public double XAt(double value) => Left + ((Right - Left) * X.At(value));

    public double YAt(double value) => Bottom - ((Bottom - Top) * Y.At(value));

    /// <summary>The line as a path; a lone point, which has no line, as a short dash.</summary>
    public string Path(ChartSeries series)
    {
        var points = series.Points.Where(p => double.IsFinite(p.Y)).Select(p => (X: XAt(p.X), Y: YAt(p.Y))).ToList();
        return points is [var only]
            ? $"M{Show.Coordinate(only.X - 3)} {Show.Coordinate(only.Y)}h6"
            : string.Concat(points.Select((p, i) => $"{(i == 0 ? 'M' : 'L')}{Show.Coordinate(p.X)} {Show.Coordinate(p.Y)}"));
    }

    /// <summary>Rounded outwards, so that the lines keep some room; from 0 where that is near.</summary>
    private static Axis Vertical(List<double> values)
    {
        if (values.Count == 0)
        {
            return new Axis(0, 1, false);
        }

        var (low, high) = (values.Min(), values.Max());
        low = low > 0 && low < 0.5 * high ? 0 : low;
        // A value that never changes gets room for round numbers on either side.
        var room = Math.Max((high - low) * 0.06, Math.Abs(high) * (high - low < 1e-6 * Math.Abs(high) ? 0.5 : 1e-3));
        return new Axis(low == 0 ? 0 : low - room, high + (room > 0 ? room : 1), false);
    }
}
