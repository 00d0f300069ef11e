using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Components.Charts;

/// <summary>The geometry of a chart with one line: from values to a drawing of <see cref="Width"/> by <see cref="Height"/> units.</summary>
public sealed class LineChart
{
    public const int Width = 480;
    public const int Height = 220;
    public const int Left = 52;
    public const int Right = Width - 12;
    public const int Top = 10;
    public const int Bottom = Height - 34;

    /// <param name="points">In the order of x; those whose y is no finite number are left out.</param>
    public LineChart(IEnumerable<(double X, double Y)> points)
    {
        Points = [.. points.Where(static p => double.IsFinite(p.Y))];
        X = new Axis(0, Points.Count > 0 ? Points[^1].X : 1, false);
        Y = Vertical(Points);
    }

    public IReadOnlyList<(double X, double Y)> Points { get; }

    public Axis X { get; }

    public Axis Y { get; }

    /// <summary>The line as a path; a lone point, which has no line, as a short dash.</summary>
    public string Path => Points is [var only]
        ? $"M{Show.Coordinate(XAt(only.X) - 3)} {Show.Coordinate(YAt(only.Y))}h6"
        : string.Concat(Points.Select((p, i) => $"{(i == 0 ? 'M' : 'L')}{Show.Coordinate(XAt(p.X))} {Show.Coordinate(YAt(p.Y))}"));

    public double XAt(double value) => Left + ((Right - Left) * X.At(value));

    public double YAt(double value) => Bottom - ((Bottom - Top) * Y.At(value));

    /// <summary>Rounded outwards, so that the line keeps some room; from 0 where that is near.</summary>
    private static Axis Vertical(IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Count == 0)
        {
            return new Axis(0, 1, false);
        }

        var (low, high) = (points.Min(static p => p.Y), points.Max(static p => p.Y));
        low = low > 0 && low < 0.5 * high ? 0 : low;
        // A value that never changes gets room for round numbers on either side.
        var room = Math.Max((high - low) * 0.06, Math.Abs(high) * (high - low < 1e-6 * Math.Abs(high) ? 0.5 : 1e-3));
        return new Axis(low == 0 ? 0 : low - room, high + (room > 0 ? room : 1), false);
    }
}
