using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Tests.Analysis.Statistics;

public sealed class SingleTokenTestTests
{
    [Theory]
    [InlineData(new int[0], 0, false)]
    [InlineData(new[] { 7 }, 1, true)]
    [InlineData(new[] { 7, 7, 7 }, 3, true)]
    [InlineData(new[] { 7, 8, 7 }, 2, false)]
    public void Of_TopExamples_CountsTheirCentreTokens(int[] centres, int ofTop, bool single)
    {
        var test = SingleTokenTest.Of([.. centres.Select(token => new Example(0, 0, null, 1, [1, token, 2], [0, 3, 0]))]);
        Assert.Equal((ofTop, centres.Length, single), (test.OfTop, test.Top, test.IsSingle));
    }
}
