namespace FeatureExplorer.Web.Components.Charts;

/// <summary>One line of a chart.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="Points">In the order of x.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<(double X, double Y)> Points)
{
    /// <summary>Where the name leads, or null.</summary>
    public string? Url { get; init; }
}
