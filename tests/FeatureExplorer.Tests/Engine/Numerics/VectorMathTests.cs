using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Engine.Numerics;

public sealed class VectorMathTests
{
    [Fact]
    public void Exp_WholeRange_WithinThreeParts10Million()
    {
        var x = Enumerable.Range(0, 20_011).Select(i => -87f + (i * 175f / 20_011)).ToArray();
        var y = new float[x.Length];
        VectorMath.Exp(x, y);
        for (var i = 0; i < x.Length; i++)
        {
            Assert.InRange(y[i] / Math.Exp(x[i]), 1 - 3e-7, 1 + 3e-7);
        }
    }

    [Fact]
    public void Exp_FarBelowRange_IsPractically0()
    {
        float[] x = [-1e30f, -200f, 0f];
        VectorMath.Exp(x, x);
        Assert.InRange(x[0], 0, 2e-38f);
        Assert.InRange(x[1], 0, 2e-38f);
        Assert.Equal(1, x[2]);
    }
}
