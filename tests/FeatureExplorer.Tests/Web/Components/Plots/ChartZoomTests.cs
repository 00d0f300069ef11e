using FeatureExplorer.Web.Components.Plots;

namespace FeatureExplorer.Tests.Web.Components.Plots;

public sealed class ChartZoomTests
{
    [Theory]
    [InlineData(100.0, 500.0, null, null, "100~500")]
    [InlineData(500.0, 100.0, null, null, "100~500")]
    [InlineData(100.0, 500.0, 0.2, 0.4, "100~500~0.2~0.4")]
    [InlineData(null, null, 1e-9, 2.5e-6, "~~1E-09~2.5E-06")]
    [InlineData(-12.5, 3.0, null, null, "-12.5~3")]
    [InlineData(123.456789, 523.456789, null, null, "123.5~523.5")] // 0.09 of 400
    [InlineData(1_000_000.25, 1_000_020.25, null, null, "1000000.25~1000020.25")]
    [InlineData(5.0, 5.0, null, null, "")]
    [InlineData(5.0, null, double.NaN, 1.0, "")]
    [InlineData(5.0, double.PositiveInfinity, null, null, "")]
    public void Of_Ends_HaveAsManyDigitsAsItTakes(double? left, double? right, double? low, double? high, string expected)
    {
        var zoom = ChartZoom.Of(left, right, low, high);
        Assert.Equal(expected, zoom.ToString());
        Assert.True(expected.Length == 0 || ChartZoom.Parse(expected) == zoom);
    }

    [Theory]
    [InlineData("")]
    [InlineData("100")]
    [InlineData("100~")]
    [InlineData("~500")]
    [InlineData("500~100")]
    [InlineData("100~100")]
    [InlineData("1~2~3")]
    [InlineData("1~2~4~3")]
    [InlineData("1~2~3~4~5")]
    [InlineData("a~b")]
    [InlineData("NaN~1")]
    [InlineData("1~1e200")]
    public void Parse_AnythingElse_IsNull(string text) => Assert.Null(ChartZoom.Parse(text));
}
