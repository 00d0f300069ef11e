using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Tests.Training.Progress;

public sealed class LiveCurveTests
{
    [Fact]
    public void Add_AHundredThousandPoints_StaysBoundedEvenAndComplete()
    {
        var curve = new LiveCurve("A/1", 100_000, ["loss"]);
        for (var step = 1; step <= 100_000; step++)
        {
            curve.Add(step, [step]);
        }

        var steps = curve.Points.Select(p => p[0]!.Value).ToList();
        Assert.InRange(steps.Count, LiveCurve.MostPoints / 4, LiveCurve.MostPoints + 1);
        Assert.Equal(1, steps[0]);
        Assert.Equal(100_000, steps[^1]);
        var gaps = steps.Zip(steps.Skip(1), (a, b) => b - a).SkipLast(1).ToList();
        Assert.True(gaps.Max() <= 2.1 * gaps.Min(), $"gaps from {gaps.Min()} to {gaps.Max()}");
        Assert.All(curve.Points, p => Assert.Equal(p[0], p[1]));
    }

    [Fact]
    public void Add_AtAnEarlierStep_ForgetsWhatCameLater()
    {
        var curve = new LiveCurve("A/1", 100, ["loss", "L0"]);
        foreach (var step in new[] { 10, 20, 30, 40 })
        {
            curve.Add(step, [1, double.NaN]);
        }

        var before = curve.Generation;
        curve.Add(25, [2, 3]);
        Assert.Equal([10, 20, 25], curve.Points.Select(p => p[0]));
        Assert.NotEqual(before, curve.Generation);
        Assert.Null(curve.Points[0][2]);
        Assert.Equal(3, curve.Points[2][2]);
    }

    [Fact]
    public void Curve_KeptAndTakenUp_GoesOnAtTheSamePace()
    {
        var curve = new LiveCurve("A/1", 10_000, ["loss"]);
        for (var step = 1; step <= 5000; step++)
        {
            curve.Add(step, [0]);
        }

        var taken = new LiveCurve(curve.Snapshot());
        for (var step = 5001; step <= 10_000; step++)
        {
            taken.Add(step, [0]);
        }

        Assert.InRange(taken.Points.Count, LiveCurve.MostPoints / 4, LiveCurve.MostPoints + 1);
    }
}
