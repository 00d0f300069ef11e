using System.Globalization;

namespace FeatureExplorer.Web.Systems;

/// <summary>An area of a map that a reader drew around: a polygon.</summary>
public sealed class MapArea
{
    /// <summary>Most corners; of a drawing with more, evenly many are kept.</summary>
    public const int MostCorners = 64;

    private const int FewestCorners = 3;
    private const double Largest = 1e4;

    private MapArea(IReadOnlyList<(double X, double Y)> corners) => Corners = corners;

    /// <summary>The corners, in order.</summary>
    public IReadOnlyList<(double X, double Y)> Corners { get; }

    /// <summary>The area within a line, to two decimals; null where the line encloses none.</summary>
    public static MapArea? Of(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var all = x.Zip(y).Where(static p => Math.Abs(p.First) <= Largest && Math.Abs(p.Second) <= Largest).Select(static p => (Rounded(p.First), Rounded(p.Second))).Distinct().ToList();
        var every = Math.Max(1, (all.Count + MostCorners - 1) / MostCorners);
        return all.Count < FewestCorners ? null : new MapArea([.. all.Where((_, i) => i % every == 0)]);
    }

    /// <summary>Reads what <see cref="ToString"/> writes; null when it is nothing of the kind.</summary>
    public static MapArea? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var (x, y) = (new List<double>(), new List<double>());
        foreach (var corner in text.Split('~'))
        {
            if (corner.Split('_') is not [var left, var right] || !Read(left, out var one) || !Read(right, out var other) || x.Count == MostCorners)
            {
                return null;
            }

            x.Add(one);
            y.Add(other);
        }

        return Of(x, y);
    }

    /// <summary>Whether a point lies inside: a ray from it crosses the border an odd number of times.</summary>
    public bool Contains(double x, double y)
    {
        var inside = false;
        for (var i = 0; i < Corners.Count; i++)
        {
            var (a, b) = (Corners[i], Corners[(i + 1) % Corners.Count]);
            if ((a.Y > y) != (b.Y > y) && x < a.X + ((y - a.Y) / (b.Y - a.Y) * (b.X - a.X)))
            {
                inside = !inside;
            }
        }

        return inside;
    }

    /// <summary>As addresses write it: "1.5_2~3_2~3_4.25".</summary>
    public override string ToString() => string.Join('~', Corners.Select(static c => string.Create(CultureInfo.InvariantCulture, $"{c.X}_{c.Y}")));

    private static double Rounded(double value) => Math.Round(value, 2) + 0.0;

    private static bool Read(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && Math.Abs(value) <= Largest;
}
