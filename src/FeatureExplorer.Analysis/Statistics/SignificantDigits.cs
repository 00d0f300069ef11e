using System.Globalization;

namespace FeatureExplorer.Analysis.Statistics;

/// <summary>Rounds numbers that are compared so that rounding neither makes them equal nor turns their order round.</summary>
public static class SignificantDigits
{
    /// <summary>Digits where nothing asks for more.</summary>
    public const int Usual = 3;

    private const int Most = 9;

    /// <summary>The fewest significant digits, from <see cref="Usual"/> on, with which all the numbers that differ look different.</summary>
    public static int Apart(params ReadOnlySpan<double> values)
    {
        double[] different = [.. values.ToArray().Where(double.IsFinite).Distinct()];
        for (var digits = Usual; digits < Most; digits++)
        {
            if (different.Select(value => Show(value, digits)).Distinct().Count() == different.Length)
            {
                return digits;
            }
        }

        return Most;
    }

    /// <summary>A number with so many significant digits, without an exponent unless it is tiny: "0.0225".</summary>
    public static string Show(double value, int digits = Usual)
    {
        if (!double.IsFinite(value) || value == 0)
        {
            return value == 0 ? "0" : "–";
        }

        var size = (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return size < -4
            ? value.ToString("0." + new string('0', digits - 1) + "e0", CultureInfo.InvariantCulture)
            : value.ToString("#,0." + new string('0', Math.Max(0, digits - 1 - size)), CultureInfo.InvariantCulture);
    }
}
