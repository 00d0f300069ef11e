using System.Globalization;
using System.Text;
using FeatureExplorer.Analysis;
using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Web.Features;

/// <summary>Numbers as readers see them, the same everywhere.</summary>
public static class Show
{
    /// <summary>In place of a number that is not known.</summary>
    public const string Unknown = "–";

    private const int LongestCoordinate = 16;

    private static readonly int[] Powers = [1, 10, 100, 1000, 10_000, 100_000];

    /// <summary>"4,096".</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>"1 document", "2,000 documents".</summary>
    /// <param name="value">How many.</param>
    /// <param name="noun">Of what, in the singular.</param>
    public static string Counted(long value, string noun) => Wording.Counted(value, noun);

    /// <summary>"40.0 M", "6.4 k", "512": at most four digits.</summary>
    public static string Amount(double value) => value switch
    {
        >= 1e9 => Format(value / 1e9, "0.0#") + " G",
        >= 1e6 => Format(value / 1e6, "0.0#") + " M",
        >= 1e4 => Format(value / 1e3, "0.#") + " k",
        _ => Format(value, "#,0"),
    };

    /// <summary>A share as a percentage with three significant digits: "0.234 %".</summary>
    public static string Percent(double share) => Significant(100 * share) + " %";

    /// <summary>A share as a whole percentage: "87 %".</summary>
    public static string WholePercent(double share) => double.IsFinite(share) ? Fixed(100 * share, 0) + " %" : Unknown;

    /// <summary>Three significant digits.</summary>
    public static string Significant(double value)
    {
        if (!double.IsFinite(value))
        {
            return Unknown;
        }

        var size = Math.Abs(value);
        return size switch
        {
            0 => "0",
            _ when value < 0 => "−" + Significant(size),
            >= 100 => Format(value, "#,0"),
            >= 10 => Fixed(value, 1),
            >= 1 => Fixed(value, 2),
            >= 0.1 => Fixed(value, 3),
            >= 0.001 => Fixed(value, 2 - (int)Math.Floor(Math.Log10(size))),
            _ => Format(value, "0.0e0"),
        };
    }

    /// <summary>A value beside an axis: three significant digits without zeros at the end, large ones as an amount.</summary>
    public static string Tick(double value)
    {
        var text = Math.Abs(value) >= 1000 ? Amount(value) : Significant(value);
        return text.Contains('.', StringComparison.Ordinal) && char.IsAsciiDigit(text[^1]) && !text.Contains('e', StringComparison.Ordinal)
            ? text.TrimEnd('0').TrimEnd('.')
            : text;
    }

    /// <summary>Two decimals: activations, correlations, logits.</summary>
    public static string Two(double value) => double.IsFinite(value) ? Fixed(value, 2) : Unknown;

    /// <summary>An activation with all the digits that half precision tells apart: four.</summary>
    public static string Exact(float value) => Format(value, Math.Abs(value) switch { >= 1000 => "0", >= 100 => "0.#", >= 10 => "0.##", >= 1 => "0.###", _ => "0.####" });

    /// <summary>Three decimals: losses and qualities.</summary>
    public static string Three(double value) => double.IsFinite(value) ? Fixed(value, 3) : Unknown;

    /// <summary>A number with its sign, two decimals.</summary>
    public static string Signed(double value) => Fixed(value, 2, "+", "−");

    /// <summary>A number with its sign and so many significant digits.</summary>
    public static string Signed(double value, int digits) => (value > 0 ? "+" : value < 0 ? "−" : string.Empty) + SignificantDigits.Show(Math.Abs(value), digits);

    /// <summary>"1.4 GB": bytes in the decimal units of disks.</summary>
    public static string Bytes(double bytes) => bytes switch
    {
        >= 1e9 => Format(bytes / 1e9, "0.0") + " GB",
        >= 1e6 => Format(bytes / 1e6, "0") + " MB",
        >= 1e3 => Format(bytes / 1e3, "0") + " kB",
        _ => Format(bytes, "0") + " B",
    };

    /// <summary>"45 s", "2 min 10 s", "3 h 5 min".</summary>
    public static string Duration(double seconds) => seconds switch
    {
        < 60 => Format(Math.Max(0, seconds), "0") + " s",
        < 600 => $"{Format(Math.Floor(seconds / 60), "0")} min {Format(Math.Floor(seconds % 60), "0")} s",
        < 5400 => Format(seconds / 60, "0") + " min",
        < 172_800 => $"{Format(Math.Floor(seconds / 3600), "0")} h {Format(Math.Floor(seconds % 3600 / 60), "0")} min",
        _ => Format(seconds / 86_400, "0.0") + " days",
    };

    /// <summary>A moment, universal time: "2026-11-21 04:20".</summary>
    public static string Time(DateTime utc) => utc.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>A coordinate of a drawing: one decimal, no more bytes than needed.</summary>
    public static string Coordinate(double value)
    {
        Span<char> text = stackalloc char[LongestCoordinate];
        return WriteCoordinate(value, text) is > 0 and var length ? new string(text[..length]) : Format(value, "0.#");
    }

    /// <summary>Adds a coordinate to a path.</summary>
    public static StringBuilder Coordinate(this StringBuilder path, double value)
    {
        ArgumentNullException.ThrowIfNull(path);
        Span<char> text = stackalloc char[LongestCoordinate];
        return WriteCoordinate(value, text) is > 0 and var length ? path.Append(text[..length]) : path.Append(Format(value, "0.#"));
    }

    /// <returns>Number of characters; 0 where the value is too large, or none.</returns>
    private static int WriteCoordinate(double value, Span<char> text)
    {
        // A page has thousands of them, and a format of a pattern takes five times as long.
        var tenths = Math.Round(value * 10, MidpointRounding.AwayFromZero);
        if (!(Math.Abs(tenths) < 1e9))
        {
            return 0;
        }

        var whole = (int)tenths;
        var length = 0;
        if (whole < 0)
        {
            text[length++] = '-';
        }

        Math.Abs(whole / 10).TryFormat(text[length..], out var digits, default, CultureInfo.InvariantCulture);
        length += digits;
        if (whole % 10 != 0)
        {
            text[length++] = '.';
            text[length++] = (char)('0' + Math.Abs(whole % 10));
        }

        return length;
    }

    /// <summary>So many decimals, with a sign before what is not zero once rounded.</summary>
    private static string Fixed(double value, int decimals, string plus = "", string minus = "−")
    {
        // As for coordinates.
        var (power, scaled) = (Powers[decimals], Math.Round(value * Powers[decimals], MidpointRounding.AwayFromZero));
        var sign = scaled > 0 ? plus : scaled < 0 ? minus : string.Empty;
        if (!(Math.Abs(scaled) < int.MaxValue))
        {
            return sign + Format(Math.Abs(value), "F" + decimals);
        }

        var whole = Math.Abs((int)scaled);
        if (decimals == 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{whole}");
        }

        Span<char> fraction = stackalloc char[decimals];
        var rest = whole % power;
        for (var i = decimals - 1; i >= 0; i--, rest /= 10)
        {
            fraction[i] = (char)('0' + (rest % 10));
        }

        return string.Create(CultureInfo.InvariantCulture, $"{sign}{whole / power}.{fraction}");
    }

    private static string Format(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
