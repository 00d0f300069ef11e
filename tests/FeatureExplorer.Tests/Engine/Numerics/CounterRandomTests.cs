using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Engine.Numerics;

public sealed class CounterRandomTests
{
    private const int Draws = 200_000;

    [Fact]
    public void Uniform_ManyDraws_HasTheMomentsOfAUniform()
    {
        var random = new CounterRandom(3);
        var values = Enumerable.Range(0, Draws).Select(i => (double)random.Uniform((ulong)i)).ToArray();
        Assert.InRange(values.Average(), 0.497, 0.503);
        Assert.InRange(values.Average(x => (x - 0.5) * (x - 0.5)), 0.0823, 0.0843);
        Assert.All(values, x => Assert.InRange(x, 0, 0.99999999));
    }

    [Fact]
    public void Normal_ManyDraws_HasTheMomentsOfANormal()
    {
        var random = new CounterRandom(4, 9);
        var values = Enumerable.Range(0, Draws).Select(i => (double)random.Normal((ulong)i)).ToArray();
        Assert.InRange(values.Average(), -0.01, 0.01);
        Assert.InRange(values.Average(x => x * x), 0.985, 1.015);
        Assert.InRange(values.Average(x => x * x * x * x), 2.9, 3.1);
    }

    [Fact]
    public void Bounded_EveryBucket_EquallyOften()
    {
        var random = new CounterRandom(5);
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++)
        {
            counts[random.Bounded((ulong)i, 7)]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
    }

    [Fact]
    public void Stream_OtherNameSeedOrCounter_IsUncorrelated()
    {
        var random = new CounterRandom(1);
        var others = new[] { random.Stream("a"), random.Stream("b"), new CounterRandom(2), new CounterRandom(1, 1) };
        foreach (var other in others)
        {
            var correlation = Enumerable.Range(0, Draws).Average(i => (random.Uniform((ulong)i) - 0.5) * (other.Uniform((ulong)i) - 0.5)) * 12;
            Assert.InRange(correlation, -0.01, 0.01);
        }

        Assert.Equal(random.Stream("a").UInt64(5), new CounterRandom(1).Stream("a").UInt64(5));
    }

    [Fact]
    public void Shuffle_SmallArray_GivesEveryOrderEquallyOften()
    {
        var counts = new Dictionary<string, int>();
        for (ulong seed = 0; seed < 6_000; seed++)
        {
            var items = new[] { 'a', 'b', 'c' };
            new CounterRandom(seed).Shuffle(items.AsSpan());
            var order = new string(items);
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        Assert.Equal(6, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 880, 1_120));
    }
}
