using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Components.Charts;

/// <summary>The labels of an axis, as many as have room beside each other.</summary>
public static class AxisLabels
{
    // In a drawing's own units: labels are 12 high, 14 on small screens, and a digit is hardly wider than half of that.
    private const double Character = 8;
    private const double Gap = 6;
    private const double Line = 18;

    /// <summary>Labels from left to right.</summary>
    /// <param name="ticks">Values, ascending.</param>
    /// <param name="at">Horizontal coordinate of a value.</param>
    /// <param name="width">Of the drawing: a label that would stand out of it on the right is moved in.</param>
    public static IReadOnlyList<(double At, string Label)> Across(IEnumerable<double> ticks, Func<double, double> at, double width)
    {
        ArgumentNullException.ThrowIfNull(at);
        return Apart(ticks, (tick, label) => Math.Min(at(tick), width - ((WidthOf(label) - Gap) / 2)), WidthOf);
    }

    /// <summary>Labels from bottom to top.</summary>
    /// <param name="ticks">Values, ascending.</param>
    /// <param name="at">Vertical coordinate of a value.</param>
    public static IReadOnlyList<(double At, string Label)> Up(IEnumerable<double> ticks, Func<double, double> at)
    {
        ArgumentNullException.ThrowIfNull(at);
        return Apart(ticks, (tick, _) => at(tick), static _ => Line);
    }

    /// <summary>Room that a label takes from left to right.</summary>
    public static double WidthOf(string label)
    {
        ArgumentNullException.ThrowIfNull(label);
        return (label.Length * Character) + Gap;
    }

    private static List<(double, string)> Apart(IEnumerable<double> ticks, Func<double, string, double> at, Func<string, double> room)
    {
        ArgumentNullException.ThrowIfNull(ticks);
        var kept = new List<(double At, string Label)>();
        foreach (var tick in ticks)
        {
            var label = Show.Tick(tick);
            var place = at(tick, label);
            if (kept.Count == 0 || Math.Abs(place - kept[^1].At) >= (room(label) + room(kept[^1].Label)) / 2)
            {
                kept.Add((place, label));
            }
        }

        return kept;
    }
}
