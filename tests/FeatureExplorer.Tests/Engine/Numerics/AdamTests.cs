using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Engine.Numerics;

public sealed unsafe class AdamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(200_003)]
    public void Step_ThreeSteps_EqualsTheDefinitionInDoublePrecision(int length)
    {
        var settings = new AdamSettings(0.01f, 0.9f, 0.98f, 1e-8f, 0.1f);
        var random = new CounterRandom(8);
        using var p = new FloatBuffer(length);
        using var g = new FloatBuffer(length);
        using var m = new FloatBuffer(length);
        using var v = new FloatBuffer(length);
        var expected = new double[length];
        var m2 = new double[length];
        var v2 = new double[length];
        for (var i = 0; i < length; i++)
        {
            expected[i] = p.Pointer[i] = random.Normal((ulong)i);
        }

        for (var step = 1; step <= 3; step++)
        {
            for (var i = 0; i < length; i++)
            {
                g.Pointer[i] = random.Normal((ulong)(i + (step * length)));
                var gradient = 0.5 * g.Pointer[i];
                m2[i] = (0.9 * m2[i]) + (0.1 * gradient);
                v2[i] = (0.98 * v2[i]) + (0.02 * gradient * gradient);
                var hat = m2[i] / (1 - Math.Pow(0.9, step)) / (Math.Sqrt(v2[i] / (1 - Math.Pow(0.98, step))) + 1e-8);
                expected[i] = (expected[i] * (1 - (0.01 * 0.1))) - (0.01 * hat);
            }

            Adam.Step(p.Pointer, g.Pointer, m.Pointer, v.Pointer, length, settings, step, 0.5f);
        }

        var worst = Enumerable.Range(0, length).Max(i => Math.Abs(expected[i] - p.Pointer[i]));
        Assert.True(worst < 2e-6, $"largest difference {worst:E2}");
    }
}
