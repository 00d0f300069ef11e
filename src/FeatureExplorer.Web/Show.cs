using System.Globalization;

namespace FeatureExplorer.Web;

/// <summary>Numbers as readers see them, the same everywhere.</summary>
public static class Show
{
    /// <summary>In place of a number that is not known.</summary>
    public const string Unknown = "–";

    /// <summary>"4,096".</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

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
    public static string WholePercent(double share) => double.IsFinite(share) ? Format(100 * share, "0") + " %" : Unknown;

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
            >= 100 => Format(value, "#,0"),
            >= 10 => Format(value, "0.0"),
            >= 1 => Format(value, "0.00"),
            >= 0.1 => Format(value, "0.000"),
            >= 0.001 => Format(value, "0." + new string('0', 2 - (int)Math.Floor(Math.Log10(size)))),
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
    public static string Two(double value) => double.IsFinite(value) ? Format(value, "0.00;−0.00") : Unknown;

    /// <summary>Three decimals: losses and qualities.</summary>
    public static string Three(double value) => double.IsFinite(value) ? Format(value, "0.000") : Unknown;

    /// <summary>A number with its sign, two decimals.</summary>
    public static string Signed(double value) => Format(value, "+0.00;−0.00;0.00");

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
        // A page has a thousand of them, and a format of a pattern takes five times as long.
        var tenths = Math.Round(value * 10, MidpointRounding.AwayFromZero);
        if (!(Math.Abs(tenths) < 1e9))
        {
            return Format(value, "0.#");
        }

        var whole = (int)tenths;
        return whole % 10 == 0
            ? (whole / 10).ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{(whole < 0 ? "-" : string.Empty)}{Math.Abs(whole / 10)}.{Math.Abs(whole % 10)}");
    }

    private static string Format(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
