using FeatureExplorer.Web.Components.Plots;

namespace FeatureExplorer.Tests.Web.Components.Plots;

public sealed class RunChartViewTests
{
    [Fact]
    public void Zoomed_SeveralCharts_AreInTheAddressUntilEachIsWholeAgain()
    {
        var view = RunChartView.Usual.Zoomed("loss-recovered", ChartZoom.Of(null, null, 0.9, 1)).Zoomed("l0", ChartZoom.Of(100, 500, null, null));
        Assert.Equal("/runs/7?zoom=l0~100~500_loss-recovered~~~0.9~1", view.On("/runs/7"));
        Assert.Equal(ChartZoom.Of(100, 500, null, null), view.ZoomOf("l0"));
        Assert.Equal(ChartZoom.Whole, view.ZoomOf("dead"));
        Assert.Equal(view, RunChartView.Of(null, null, null, null, RunChartView.ReadZoom("loss-recovered~~~0.90~1_l0~1E2~500")));
        Assert.Equal(RunChartView.Usual, view.Zoomed("l0", ChartZoom.Whole).Zoomed("loss-recovered", ChartZoom.Whole));
    }

    [Fact]
    public void By_AnotherAxis_KeepsOnlyWhatIsOfTheVerticalOnes()
    {
        var view = RunChartView.Usual.Zoomed("l0", ChartZoom.Of(100, 500, 20, 40)).Zoomed("dead", ChartZoom.Of(1, 2, null, null)).By(RunAxis.Tokens);
        Assert.Equal("/runs/7?x=tokens&zoom=l0~~~20~40", view.On("/runs/7"));
    }

    [Theory]
    [InlineData("l0")]
    [InlineData("l0~")]
    [InlineData("l1~100~500")]
    [InlineData("l0~500~100")]
    [InlineData("l0~100~500_l0~100~500")]
    public void ReadZoom_NoSuchChartOrPart_IsNull(string text) => Assert.Null(RunChartView.ReadZoom(text));
}
