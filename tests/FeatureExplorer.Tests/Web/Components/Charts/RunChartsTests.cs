using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Web.Components.Charts;

namespace FeatureExplorer.Tests.Web.Components.Charts;

public sealed class RunChartsTests
{
    [Theory]
    [InlineData(18_000, 23_000, "46 % of the limit", 1)]
    [InlineData(50_000, 20_000, "40 % of the limit", 1)]
    [InlineData(51_000, 20_000, null, 0)] // a limit that was exceeded once is none
    [InlineData(40_000, 75_000, null, 0)]
    public void Of_Rates_ShowTheLimitOnlyWhileItIsOne(double first, double last, string? expected, int limits)
    {
        var curve = new RunCurve("A/1", 2, Curves.OfDictionary, [Point(1, first), Point(2, last)]);
        var chart = RunCharts.Of([curve], new Dictionary<string, double> { ["A/1"] = 50_000 }).Single(c => c.Title == "Vectors per second");
        Assert.Equal(limits, chart.Floors.Count);
        Assert.Equal(expected is not null, chart.Latest!.Contains('%', StringComparison.Ordinal));
        Assert.Contains(expected ?? string.Empty, chart.Latest, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_HeldOutLossOfTheTransformer_IsDrawnBesideItsTrainingLoss()
    {
        var training = new RunCurve(Curves.Transformer, 2, Curves.OfTransformer, [[1, 4.0, 0.001, 1, 100], [2, 3.0, 0.001, 1, 100]]);
        var heldOut = new RunCurve(Curves.HeldOut(Curves.Transformer), 2, Curves.OfHeldOutTransformer, [[2, 3.1]]);
        var charts = RunCharts.Of([training, heldOut], new Dictionary<string, double>()).ToList();
        var loss = charts.Single(c => c.Title == "Loss of the transformer");
        Assert.Equal(["transformer", "transformer held out"], loss.Series.Select(s => s.Name));
        Assert.Equal("3.00", loss.Latest);
        Assert.DoesNotContain(charts, c => c.Title == "Loss of the dictionary");
    }

    private static double?[] Point(double step, double rate) => [step, 1, 1, 10, 0.005, 0.001, 0, rate];
}
