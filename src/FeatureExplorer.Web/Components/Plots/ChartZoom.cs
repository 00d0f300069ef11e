using System.Globalization;

namespace FeatureExplorer.Web.Components.Plots;

/// <summary>The part of a chart that a reader has zoomed to, in the units of the data. An axis without ends shows everything.</summary>
/// <param name="Left">Left end of the horizontal axis, or null.</param>
/// <param name="Right">Its right end, or null.</param>
/// <param name="Low">Lower end of the vertical axis, or null.</param>
/// <param name="High">Its upper end, or null.</param>
public sealed record ChartZoom(double? Left, double? Right, double? Low, double? High)
{
    private const char Separator = '~';

    private const double Largest = 1e100;

    // An end may be off by this share of the distance between both: less than a pixel.
    private const double Precision = 5e-4;

    /// <summary>The whole chart.</summary>
    public static ChartZoom Whole { get; } = new(null, null, null, null);

    /// <summary>What a reader has dragged over, with as many digits as it takes to tell it. Ends that are the wrong way round change places; an axis with one end, or none between, is shown whole.</summary>
    public static ChartZoom Of(double? left, double? right, double? low, double? high)
    {
        var (x, y) = (Rounded(left, right), Rounded(low, high));
        return new ChartZoom(x?.From, x?.To, y?.From, y?.To);
    }

    /// <summary>Reads what <see cref="ToString"/> writes; null when it is nothing of the kind.</summary>
    public static ChartZoom? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(Separator);
        if (parts.Length is not (2 or 4))
        {
            return null;
        }

        var ends = new double?[4];
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Length > 0)
            {
                if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out var end) || !(Math.Abs(end) <= Largest))
                {
                    return null;
                }

                ends[i] = end;
            }
        }

        return IsRange(ends[0], ends[1]) && IsRange(ends[2], ends[3]) ? new ChartZoom(ends[0], ends[1], ends[2], ends[3]) : null;
    }

    /// <summary>As addresses write it: "100~500" for the horizontal axis, "100~500~0.2~0.4" for both, "~~0.2~0.4" for the vertical one; empty for the whole chart.</summary>
    public override string ToString() => this == Whole ? string.Empty
        : string.Join(Separator, (Low is null ? new[] { Left, Right } : [Left, Right, Low, High]).Select(static end => end?.ToString(CultureInfo.InvariantCulture)));

    private static bool IsRange(double? from, double? to) => (from is null && to is null) || from < to;

    private static (double From, double To)? Rounded(double? one, double? other)
    {
        if (one is not { } a || other is not { } b || !(Math.Abs(a) <= Largest) || !(Math.Abs(b) <= Largest) || a == b)
        {
            return null;
        }

        var (from, to) = (Math.Min(a, b), Math.Max(a, b));
        for (var digits = 3; digits < 17; digits++)
        {
            var (low, high) = (Rounded(from, digits), Rounded(to, digits));
            if (Math.Abs(low - from) + Math.Abs(high - to) <= Precision * (to - from))
            {
                return (low, high);
            }
        }

        return (from, to);
    }

    private static double Rounded(double value, int digits) => double.Parse(value.ToString($"G{digits}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
