using FeatureExplorer.Web.Components.Charts;

namespace FeatureExplorer.Tests.Web.Components.Charts;

public sealed class LineChartTests
{
    [Fact]
    public void Path_SeveralPoints_IsALineFromCornerToCorner()
    {
        var series = new ChartSeries("A/0", [(0, 0), (5, 1), (10, 2)]);
        var chart = new LineChart([series], null, [2]);

        var path = chart.Path(series);

        Assert.StartsWith(FormattableString.Invariant($"M{LineChart.Left} {LineChart.Bottom}L"), path, StringComparison.Ordinal);
        Assert.Equal(2, path.Count(c => c == 'L'));
    }

    [Fact]
    public void Path_OnePoint_IsADashThatCanBeSeen()
    {
        var series = new ChartSeries("A/0", [(10, 0.8)]);
        var chart = new LineChart([series], 20, []);

        var middle = (LineChart.Left + LineChart.Right) / 2;

        Assert.StartsWith(FormattableString.Invariant($"M{middle - 3} "), chart.Path(series), StringComparison.Ordinal);
        Assert.EndsWith("h6", chart.Path(series), StringComparison.Ordinal);
    }

    [Fact]
    public void Path_ValuesThatAreNone_AreLeftOut()
    {
        var series = new ChartSeries("A/0", [(0, double.NaN), (5, 1), (10, double.PositiveInfinity)]);
        var chart = new LineChart([series], null, []);

        Assert.DoesNotContain("NaN", chart.Path(series), StringComparison.Ordinal);
        Assert.EndsWith("h6", chart.Path(series), StringComparison.Ordinal);
    }
}
