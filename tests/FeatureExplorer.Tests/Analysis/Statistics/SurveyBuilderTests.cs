using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Tests.Storage;

namespace FeatureExplorer.Tests.Analysis.Statistics;

public sealed class SurveyBuilderTests
{
    [Fact]
    public void Build_MadeUpReports_EqualsCountingEachQuestionByItself()
    {
        var reports = SampleReports.Reports(60).ToList();
        var live = reports.Where(r => r.State == FeatureState.Live).ToList();
        var survey = Survey(reports);
        Assert.Equal((60, live.Count), (survey.Features, survey.Live));
        Assert.Equal(reports.Sum(r => r.Density), survey.TotalDensity, 12);
        Assert.Equal(Middle(live.Select(r => r.Density)), survey.MedianDensity, 12);
        Assert.Equal(live.Max(r => r.Density), survey.MaxDensity);
        Assert.Equal(Middle(live.Select(r => r.Neurons.Max(n => Math.Abs((double)n.Weight)))), survey.MedianTopWeight, 12);
        Assert.Equal(Middle(live.Select(r => (double)r.Neurons[0].ShareOfL1)), survey.MedianTopShare, 12);
        Assert.Equal(live.Average(r => (double)r.Histogram.Counts.Take(4).Sum() / r.Activations), survey.LowestTenthShare, 12);
        Assert.Equal(live.Average(r => (double)r.Histogram.Counts.Take(20).Sum() / r.Activations), survey.LowerHalfShare, 12);
        Assert.Equal(live.Count(r => r.Contexts.Any(c => c.Specificity >= 0.9)) / (double)live.Count, survey.Specific, 12);
        Assert.Equal(live.Count(r => r.Contexts.Any(c => c.Specificity >= 0.5 && c.Recall >= 0.5)) / (double)live.Count, survey.Detectors, 12);
        Assert.InRange(survey.Specific, 0.05, 0.95);
    }

    [Fact]
    public void Build_HandCountedExamples_GivesTokensAndEffects()
    {
        var report = SampleReports.Report(0);
        var one = report with { Top = [Example(7, 1f), Example(7, -0.5f)] };
        var two = report with { Top = [Example(7, 0.25f), Example(8, null)] };
        var survey = Survey([one, two]);
        Assert.Equal(0.5, survey.SingleToken);
        Assert.Equal((3L, 0.25, 2.0 / 3), (survey.Ablations, survey.MeanLossEffect, survey.PositiveLossEffect));
    }

    [Fact]
    public void Build_Nothing_IsNotANumber()
    {
        var survey = Survey([]);
        Assert.Equal(0, survey.Live);
        Assert.True(double.IsNaN(survey.MedianDensity) && double.IsNaN(survey.SingleToken) && double.IsNaN(survey.MeanLossEffect) && double.IsNaN(survey.MaxDensity));
    }

    private static Example Example(int token, float? effect) => new(0, 0, null, 1, [1, token, 2], [0, 3, 0])
    {
        Ablation = effect is { } loss ? new ExampleAblation([9, 9, loss], [[], [], []], [[], [], []], null) : null,
    };

    private static DictionarySurvey Survey(IEnumerable<FeatureReport> reports)
    {
        var builder = new SurveyBuilder();
        foreach (var report in reports)
        {
            builder.Add(report);
        }

        return builder.Build();
    }

    private static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
