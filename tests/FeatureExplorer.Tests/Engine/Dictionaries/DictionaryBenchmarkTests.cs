using FeatureExplorer.Engine.Dictionaries;

namespace FeatureExplorer.Tests.Engine.Dictionaries;

public sealed class DictionaryBenchmarkTests
{
    [Fact]
    public void Run_SmallSizes_HasTheSparsityAskedFor()
    {
        var result = DictionaryBenchmark.Run(features: 300, batch: 500, l0: 12, inputs: 40, steps: 1);

        Assert.InRange(result.L0, 8, 16);
        Assert.True(result.SamplesPerSecond > 0);
        Assert.True(result.FloorRatio > 0);
    }

    [Fact]
    public void Run_MoreActiveThanHalf_SaysSo() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DictionaryBenchmark.Run(features: 10, batch: 10, l0: 6));
}
