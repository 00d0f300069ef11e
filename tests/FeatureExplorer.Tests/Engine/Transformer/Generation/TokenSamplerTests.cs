using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer.Generation;

namespace FeatureExplorer.Tests.Engine.Transformer.Generation;

public sealed class TokenSamplerTests
{
    // Probabilities 0.1, 0.5, 0.3, 0.1.
    private static readonly float[] Logits = [MathF.Log(1), MathF.Log(5), MathF.Log(3), MathF.Log(1)];

    [Theory]
    [InlineData(0.05, 0)]
    [InlineData(0.15, 1)]
    [InlineData(0.59, 1)]
    [InlineData(0.61, 2)]
    [InlineData(0.95, 3)]
    public void Draw_APointOfTheDistribution_GivesItsToken(double uniform, int token) =>
        Assert.Equal(token, new TokenSampler(new SamplingOptions(), 4).Draw(Logits, uniform));

    [Fact]
    public void Draw_ManyPoints_HaveTheSoftmaxsShares()
    {
        var sampler = new TokenSampler(new SamplingOptions(Temperature: 2), 4);
        var random = new CounterRandom(1);
        var drawn = Enumerable.Range(0, 20_000).Select(i => sampler.Draw(Logits, random.UniformDouble((ulong)i))).ToList();
        var expected = Logits.Select(static logit => Math.Exp(logit / 2)).ToArray();
        for (var token = 0; token < 4; token++)
        {
            Assert.Equal(expected[token] / expected.Sum(), drawn.Count(t => t == token) / 20_000.0, 0.01);
        }
    }

    [Fact]
    public void Draw_TemperatureZero_TakesTheLikeliest() => Assert.Equal(1, new TokenSampler(new SamplingOptions(0), 4).Draw(Logits, 0.99));

    [Theory]
    [InlineData(2, 1.0f, new[] { 1, 2 })]
    [InlineData(0, 0.5f, new[] { 1 })]
    [InlineData(0, 0.79f, new[] { 1, 2 })]
    [InlineData(0, 0.9f, new[] { 0, 1, 2 })]
    [InlineData(3, 0.85f, new[] { 1, 2 })]
    public void Draw_TopKAndTopP_KeepTheLikeliest(int k, float p, int[] tokens)
    {
        var sampler = new TokenSampler(new SamplingOptions(1, k, p), 4);
        Assert.Equal(tokens, Enumerable.Range(0, 1000).Select(i => sampler.Draw(Logits, i / 1000.0)).Distinct().Order());
    }
}
