using FeatureExplorer.Analysis.Contexts;

namespace FeatureExplorer.Tests.Analysis.Contexts;

public sealed class ContextScoreTableTests
{
    [Fact]
    public void Of_Index_HasTheReportsScores()
    {
        using var analysis = new SmallAnalysis();
        var table = ContextScoreTable.Of(analysis.Index, analysis.Contexts);
        foreach (var (context, number) in analysis.Contexts.Contexts.Select(static (c, i) => (c, i)))
        {
            for (var feature = 0; feature < SmallAnalysis.Features; feature++)
            {
                var expected = MembershipAgreement.OfAll(analysis.Index, analysis.Contexts, feature)[number];
                var found = table[context.Name]![feature];
                Assert.Equal(expected.Recall > 0 ? expected.Pearson : double.NaN, found, 12);
            }
        }

        var reports = ContextScoreTable.Of(analysis.Contexts.Contexts, SmallAnalysis.Features, analysis.Reports);
        var score = analysis.Reports.First(static r => r.Contexts.Count > 0);
        Assert.Equal(table[score.Contexts[0].Context]![score.Index], reports[score.Contexts[0].Context]![score.Index], 9);
        Assert.Null(table["klingon"]);
    }
}
