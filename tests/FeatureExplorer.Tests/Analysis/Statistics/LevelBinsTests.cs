using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Tests.Analysis.Statistics;

public sealed class LevelBinsTests
{
    [Theory]
    [InlineData(11f, 11)]
    [InlineData(0.1f, 11)]
    [InlineData(5.96e-8f, 40)]
    [InlineData(65504f, 40)]
    public void Of_ValueExactlyAtAnEdge_BelongsToTheBinBelow(float max, int bins)
    {
        var edges = LevelBins.Linear(max, bins);
        Assert.Equal(0, edges[0]);
        Assert.Equal(max, edges[^1]);
        for (var bin = 0; bin < bins; bin++)
        {
            Assert.True(edges[bin] < edges[bin + 1]);
            Assert.Equal(bin, LevelBins.Of(edges[bin + 1], edges));
            Assert.Equal(bin, LevelBins.Of(MathF.BitIncrement(edges[bin]), edges));
        }
    }

    [Fact]
    public void Of_AnyNumberOfBinsAndValue_TheBinThatHoldsIt()
    {
        var random = new Random(2);
        for (var bins = 1; bins < 50; bins++)
        {
            var edges = LevelBins.Linear((float)random.NextDouble() * 9, bins);
            for (var i = 0; i < 200; i++)
            {
                var value = (float)random.NextDouble() * edges[^1];
                if (value > 0)
                {
                    var bin = LevelBins.Of(value, edges);
                    Assert.True(edges[bin] < value && value <= edges[bin + 1]);
                }
            }
        }
    }

    [Theory]
    [InlineData(0.5f, 32f)]
    [InlineData(5.9604645e-08f, 65504f)]
    [InlineData(1f, 1.0009766f)]
    public void EqualRatio_SmallestAndLargest_LieInFirstAndLastBin(float min, float max)
    {
        var edges = LevelBins.EqualRatio(min, max, 40);
        Assert.Equal(0, LevelBins.Of(min, edges));
        Assert.Equal(39, LevelBins.Of(max, edges));
        Assert.True(edges[0] < min && edges[^1] == max);
        for (var bin = 1; bin < 39; bin++)
        {
            Assert.Equal(Math.Pow((double)max / min, 1.0 / 40), (double)edges[bin + 1] / edges[bin], 1e-3 * edges[bin + 1] / edges[bin]);
        }
    }

    [Fact]
    public void EqualRatio_AllValuesEqual_AscendingEdgesWithTheValueInTheLastBin()
    {
        var edges = LevelBins.EqualRatio(3, 3, 40);
        Assert.Equal(edges.Order().Distinct(), edges);
        Assert.Equal(39, LevelBins.Of(3, edges));
    }
}
