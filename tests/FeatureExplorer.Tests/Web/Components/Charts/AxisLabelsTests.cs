using FeatureExplorer.Web.Components.Charts;

namespace FeatureExplorer.Tests.Web.Components.Charts;

public sealed class AxisLabelsTests
{
    [Theory]
    [InlineData(0, 1, false, 5)]
    [InlineData(-0.744, 1.02, false, 5)]
    [InlineData(-0.07, 0.07, false, 5)]
    [InlineData(0.001, 5, true, 6)]
    [InlineData(0.9, 9.3, true, 6)]
    [InlineData(0, 123456, false, 6)]
    public void Across_AnyAxis_KeepsLabelsApart(double low, double high, bool logarithmic, int about)
    {
        var axis = new Axis(low, high, logarithmic);
        var labels = AxisLabels.Across(axis.Ticks(about), value => 44 + (326 * axis.At(value)), 380);
        Assert.InRange(labels.Count, 2, 9);
        Assert.All(labels.Zip(labels.Skip(1)), static pair => Assert.True(
            pair.Second.At - (AxisLabels.WidthOf(pair.Second.Label) / 2) >= pair.First.At + (AxisLabels.WidthOf(pair.First.Label) / 2) - 1e-9));
    }

    [Fact]
    public void Across_LabelsWithoutRoom_AreLeftOut()
    {
        Assert.Equal(["0.1", "0.4"], AxisLabels.Across([0.1, 0.2, 0.3, 0.4], static value => value * 100, 100).Select(static l => l.Label));
        Assert.Equal(4, AxisLabels.Across([0.1, 0.2, 0.3, 0.4], static value => value * 1000, 500).Count);
        Assert.Equal(2, AxisLabels.Up([1, 2, 3], static value => 100 - (10 * value)).Count);
    }

    [Fact]
    public void Across_LabelAtTheRightEdge_StaysInTheDrawing()
    {
        var labels = AxisLabels.Across([0, 0.4, 0.8], static value => 44 + (370 * value / 0.8), 420);
        Assert.Equal([44, 229, 408], labels.Select(static l => l.At)); // three characters of 8
    }
}
