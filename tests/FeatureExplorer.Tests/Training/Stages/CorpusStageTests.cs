using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Tests.Training.Stages;

public sealed class CorpusStageTests
{
    [Theory]
    [InlineData(1_000, "1,000")]
    [InlineData(20_000, "20.0 k")]
    [InlineData(999_949, "999.9 k")]
    [InlineData(999_950, "1.0 M")]
    [InlineData(47_812_345, "47.8 M")]
    public void Amount_SmallCounts_AreNotRoundedAway(long tokens, string shown) => Assert.Equal(shown, CorpusStage.Amount(tokens));
}
