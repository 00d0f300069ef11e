using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Text.Demo;

/// <summary>The random numbers of one document, one after the other.</summary>
internal sealed class DemoRandom(CounterRandom numbers)
{
    private ulong _counter;

    /// <summary>Uniform in [low, high], both included.</summary>
    public int Between(int low, int high) => low + (int)numbers.Bounded(_counter++, (ulong)(high - low + 1));

    /// <summary>Uniform in [0, 1).</summary>
    public double Unit() => numbers.UniformDouble(_counter++);
}
