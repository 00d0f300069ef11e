using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Web.Components.Plots;

namespace FeatureExplorer.Tests.Web.Components.Plots;

public sealed class RunLineTests
{
    [Theory]
    [InlineData(18_000, 23_000, "46 % of the limit", 1)]
    [InlineData(50_000, 20_000, "40 % of the limit", 1)]
    [InlineData(51_000, 20_000, null, 0)] // a limit that was exceeded once is none
    [InlineData(40_000, 75_000, null, 0)]
    public void Of_Rates_ShowTheLimitOnlyWhileItIsOne(double first, double last, string? expected, int limits)
    {
        var curve = new RunCurve("A/1", 2, Curves.OfDictionary, [Point(1, first), Point(2, last)]);
        var figure = RunFigure.Find("vectors-per-second")!;
        var lines = RunLine.Of(figure, [curve], null, RunAxis.Step, new Dictionary<string, double> { ["A/1"] = 50_000 });
        Assert.Equal(limits, lines.Count(static line => line.Limit is not null));
        Assert.Equal(1 + limits, RunChart.Of(figure, lines, RunChartView.Usual).Data.Count);
        var latest = RunChart.Latest(figure, lines)!;
        Assert.Equal(expected is not null, latest.Contains('%', StringComparison.Ordinal));
        Assert.Contains(expected ?? string.Empty, latest, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_HeldOutLossOfTheTransformer_IsDrawnBesideItsTrainingLoss()
    {
        var training = new RunCurve(Curves.Transformer, 2, Curves.OfTransformer, [[1, 4.0, 0.001, 1, 100], [2, 3.0, 0.001, 1, 100]]);
        var heldOut = new RunCurve(Curves.HeldOut(Curves.Transformer), 2, Curves.OfHeldOutTransformer, [[2, 3.1]]);
        var loss = RunFigure.Find("transformer-loss")!;
        var lines = RunLine.Of(loss, [training, heldOut], null, RunAxis.Step);
        Assert.Equal(["transformer", "transformer held out"], lines.Select(static line => line.Name));
        Assert.Equal("3.00", RunChart.Latest(loss, lines));
        Assert.Empty(RunLine.Of(RunFigure.Find("dictionary-loss")!, [training, heldOut], null, RunAxis.Step));
    }

    [Fact]
    public void Of_Tokens_AreStepsTimesWhatAStepOfThatTrainingSees()
    {
        var run = SmallRun.Configuration;
        var transformer = new RunCurve(Curves.Transformer, 9, Curves.Kept(Curves.OfTransformer), [[3, 4.0, 0.001, 1, 100, 1.5]]);
        var dictionary = new RunCurve("A/1", 9, Curves.Kept(Curves.OfDictionary), [[.. Point(7, 10), 2.5]]);
        Assert.Equal([3.0 * run.Transformer.BatchWindows * run.Transformer.Context], One("transformer-loss", RunAxis.Tokens).X);
        Assert.Equal([7.0 * 256], One("dictionary-loss", RunAxis.Tokens).X);
        Assert.Equal([1.5], One("transformer-loss", RunAxis.Time).X);
        Assert.Equal([2.5], One("dictionary-loss", RunAxis.Time).X);

        RunLine One(string figure, RunAxis x) => Assert.Single(RunLine.Of(RunFigure.Find(figure)!, [transformer, dictionary], run, x));
    }

    [Fact]
    public void Of_CurvesOfEarlierVersions_HaveNoTimes()
    {
        var curve = new RunCurve("A/1", 2, Curves.OfDictionary, [Point(1, 10)]);
        Assert.Empty(RunLine.Of(RunFigure.Find("l0")!, [curve], SmallRun.Configuration, RunAxis.Time));
        Assert.Single(RunLine.Of(RunFigure.Find("l0")!, [curve], SmallRun.Configuration, RunAxis.Step));
    }

    [Fact]
    public void Exponential_ThreeValues_IsAsComputedByHand()
    {
        // 4; 0.5·4 + 0.5·2 = 3; 0.5·3 + 0.5·8 = 5.5
        Assert.Equal([4, 3, 5.5], Smoothing.Exponential([4, 2, 8], 0.5));
        Assert.Equal([4, 2, 8], Smoothing.Exponential([4, 2, 8], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Smoothing.Exponential([1], 1));
    }

    private static double?[] Point(double step, double rate) => [step, 1, 1, 10, 0.005, 0.001, 0, rate];
}
