namespace FeatureExplorer.Web.Components.Charts;

/// <summary>One axis of a chart: from values to a share of its length, and the values that get a label.</summary>
/// <param name="Low">Value at the start; above 0 on a logarithmic axis.</param>
/// <param name="High">Value at the end.</param>
/// <param name="Logarithmic">Whether equal ratios have equal lengths.</param>
public sealed record Axis(double Low, double High, bool Logarithmic)
{
    /// <summary>Where a value lies, 0 at the start and 1 at the end.</summary>
    public double At(double value)
    {
        var share = Logarithmic ? Math.Log(value / Low) / Math.Log(High / Low) : (value - Low) / (High - Low);
        return double.IsFinite(share) ? Math.Clamp(share, 0, 1) : 0;
    }

    /// <summary>Round values within the axis, about as many as asked for.</summary>
    public IReadOnlyList<double> Ticks(int about) => Logarithmic ? Decades() : Steps(about);

    private List<double> Steps(int about)
    {
        var rough = (High - Low) / about;
        if (!(rough > 0))
        {
            return [Low];
        }

        var size = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = size * (rough / size) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 };
        var ticks = new List<double>();
        for (var k = Math.Ceiling((Low / step) - 1e-9); k * step <= High + (1e-9 * step); k++)
        {
            ticks.Add(k * step);
        }

        return ticks;
    }

    private List<double> Decades()
    {
        var decades = Math.Log10(High / Low);
        double[] within = decades < 1.2 ? [1, 2, 5] : decades < 3 ? [1, 3] : [1];
        var ticks = new List<double>();
        for (var e = Math.Floor(Math.Log10(Low)); e <= Math.Log10(High); e++)
        {
            ticks.AddRange(within.Select(w => w * Math.Pow(10, e)).Where(t => t >= Low && t <= High));
        }

        return ticks;
    }
}
