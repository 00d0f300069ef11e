using FeatureExplorer.Web.Components.Charts;

namespace FeatureExplorer.Tests.Web.Components.Charts;

public sealed class LineChartTests
{
    [Fact]
    public void Path_SeveralPoints_IsALineFromTheCornerToTheRight()
    {
        var path = new LineChart([(0, 0), (5, 1), (10, 2)]).Path;

        Assert.StartsWith(FormattableString.Invariant($"M{LineChart.Left} {LineChart.Bottom}L"), path, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"L{LineChart.Right} "), path, StringComparison.Ordinal);
        Assert.Equal(2, path.Count(c => c == 'L'));
    }

    [Fact]
    public void Path_OnePoint_IsADashThatCanBeSeen()
    {
        var path = new LineChart([(10, 0.8)]).Path;

        Assert.StartsWith(FormattableString.Invariant($"M{LineChart.Right - 3} "), path, StringComparison.Ordinal);
        Assert.EndsWith("h6", path, StringComparison.Ordinal);
    }

    [Fact]
    public void Path_ValuesThatAreNone_AreLeftOut()
    {
        var path = new LineChart([(0, double.NaN), (5, 1), (10, double.PositiveInfinity)]).Path;

        Assert.DoesNotContain("NaN", path, StringComparison.Ordinal);
        Assert.EndsWith("h6", path, StringComparison.Ordinal);
    }
}
