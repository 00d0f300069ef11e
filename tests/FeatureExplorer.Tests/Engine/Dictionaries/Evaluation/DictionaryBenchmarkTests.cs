using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Evaluation;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Dictionaries.Training;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Evaluation;

public sealed class DictionaryBenchmarkTests
{
    [Fact]
    public void Run_SmallSizes_HasTheSparsityAskedFor()
    {
        var result = DictionaryBenchmark.Run(features: 300, batch: 500, l0: 12, inputs: 40, steps: 1);

        Assert.InRange(result.L0, 11, 13);
        Assert.True(result.SamplesPerSecond > 0);
        Assert.True(result.FloorRatio > 0);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(0.3)]
    public void SetBiases_OnOtherInputs_GivesTheSparsityAskedFor(double l0)
    {
        using var x = DictionarySamples.Normal(8 * DensityCalibration.Rows * 30, 1);
        using var w = DictionarySamples.Normal(1000 * 30, 2);
        using var dictionary = new SparseAutoencoder(30, 1000);
        w.Span().CopyTo(dictionary.WEnc.Span());
        unsafe
        {
            DensityCalibration.SetBiases(w.Pointer, 30, 1000, x.Pointer, 30, l0, new FeatureExplorer.Engine.Numerics.CounterRandom(1), dictionary.BEnc.Pointer);
            var f = new SparseActivations();
            var others = 7 * DensityCalibration.Rows;
            dictionary.Encode(x.Pointer + (DensityCalibration.Rows * 30), others, f);
            Assert.Equal(l0, (double)f.Count / others, l0 < 1 ? 0.25 * l0 : 0.02 * l0);
        }
    }

    [Fact]
    public void Run_TopK_HasExactlyKActive() =>
        Assert.Equal(7, DictionaryBenchmark.Run(features: 300, batch: 128, l0: 7, DictionaryVariants.TopK, inputs: 40, steps: 1).L0);

    [Fact]
    public void Run_MoreActiveThanHalf_SaysSo() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DictionaryBenchmark.Run(features: 10, batch: 10, l0: 6));
}
