using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Transformer.Training;

namespace FeatureExplorer.Tests.Engine.Transformer;

public sealed unsafe class LogitWeightsTests
{
    private static readonly TransformerConfig Config = TransformerGradientTests.Tiny;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_ManyDirections_AgreesWithTheFormula(bool masked)
    {
        using var model = TransformerGradientTests.RandomModel(Config);
        using var directions = Numbers.Random(3 * Config.DMlp, "directions");
        using var weights = new FloatBuffer(3 * Config.VocabularySize);
        var occurs = masked ? Enumerable.Range(0, Config.VocabularySize).Select(token => token % 4 != 1).ToArray() : null;

        LogitWeights.Of(model, directions.Pointer, 3, weights.Pointer, occurs);

        var p = ReferenceTransformer.ParametersOf(model.Parameters);
        for (var row = 0; row < 3; row++)
        {
            var direction = directions.Span(row * Config.DMlp, Config.DMlp).ToArray();
            var expected = Formula(p, direction, occurs, p["h.1.mlp.c_proj.weight"]);
            Assert.True(Numbers.RelativeError(weights.Span(row * Config.VocabularySize, Config.VocabularySize), expected) < 1e-5);
            var single = new float[Config.VocabularySize];
            LogitWeights.Of(model, direction, single, occurs);
            Assert.True(Numbers.RelativeError(single, expected) < 1e-5);
        }
    }

    [Theory]
    [InlineData("mlp.post.0", true)]
    [InlineData("mlp.out.0", false)]
    [InlineData("resid.pre.1", false)]
    [InlineData("resid.post.0", false)]
    public void Of_OtherSites_GoThroughTheirOwnLayersMatrixOrStraight(string name, bool throughMlp)
    {
        var site = Site.Parse(name, Config.Layers);
        using var model = TransformerGradientTests.RandomModel(Config);
        using var directions = Numbers.Random(site.Width(Config), "directions");
        var weights = new float[Config.VocabularySize];

        LogitWeights.Of(model, directions.Span(), weights, null, site);

        var p = ReferenceTransformer.ParametersOf(model.Parameters);
        var expected = Formula(p, directions.Span().ToArray(), null, throughMlp ? p["h.0.mlp.c_proj.weight"] : null);
        Assert.True(Numbers.RelativeError(weights, expected) < 1e-5);
    }

    [Fact]
    public void Median_OddEvenAndTies_IsThatOfTheSortedValues()
    {
        var random = new CounterRandom(5);
        for (var length = 1; length < 60; length++)
        {
            var values = Enumerable.Range(0, length).Select(i => (float)random.Bounded((ulong)((length * 100) + i), 20)).ToArray();
            var sorted = values.Order().ToArray();
            var expected = (sorted[(length - 1) / 2] + sorted[length / 2]) / 2;
            Assert.Equal(expected, LogitWeights.Median(values));
        }
    }

    private static double[] Formula(Dictionary<string, double[]> p, float[] direction, bool[]? occurs, double[]? down)
    {
        var d = Config.DModel;
        double[] effect = [.. direction.Select(v => (double)v)];
        effect = down is null ? effect : ReferenceTransformer.Linear(effect, down, new double[d]);
        var mean = effect.Average();
        var scaled = effect.Select((v, i) => (v - mean) * p["ln_f.weight"][i]).ToArray();
        var weights = Enumerable.Range(0, Config.VocabularySize).Select(token => scaled.Select((v, i) => v * p["lm_head.weight"][(token * d) + i]).Sum()).ToArray();
        var sorted = weights.Where((_, token) => occurs is null || occurs[token]).Order().ToArray();
        var median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        return [.. weights.Select(v => v - median)];
    }
}
