using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Engine.Numerics;

public sealed unsafe class IntegerTileTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 7)]
    [InlineData(3, 7)]
    [InlineData(1, 256)]
    [InlineData(3, 256)]
    public void Multiply_LargestAllowedIntegers_EqualsTheReference(int panels, int pairs)
    {
        if (!IntegerTile.IsSupported)
        {
            return; // the product is not used on such a processor
        }

        var limit = QuantizedVector.LimitFor(2 * pairs);
        var random = new Random(pairs);
        short Any() => (short)(random.Next(4) == 0 ? limit * ((2 * random.Next(2)) - 1) : random.Next(-limit, limit + 1));
        var a = Enumerable.Range(0, pairs * IntegerTile.Rows).Select(_ => Pair(Any(), Any())).ToArray();
        var b = Enumerable.Range(0, panels * pairs * IntegerTile.Columns).Select(_ => Pair(Any(), Any())).ToArray();
        Array.Fill(a, Pair((short)limit, (short)-limit), 0, Math.Min(8, a.Length));
        var (actual, expected) = (new int[128 * panels], new int[128 * panels]);

        fixed (int* pa = a, pb = b, fast = actual, slow = expected)
        {
            IntegerTile.Multiply(pa, pb, panels, pairs, fast);
            IntegerTile.Reference(pa, pb, panels, pairs, slow);
        }

        Assert.Equal(expected, actual);
        Assert.True((long)limit * limit * 2 * pairs <= int.MaxValue);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(37)]
    [InlineData(512)]
    public void Of_AnyLength_BoundsWhatRoundingCanChange(int length)
    {
        var limit = QuantizedVector.LimitFor(length);
        var random = new CounterRandom(3);
        var (x, q) = (new float[length], new short[length]);
        for (var trial = 0; trial < 20; trial++)
        {
            for (var i = 0; i < length; i++)
            {
                x[i] = MathF.Pow(10, trial - 10) * random.Normal((ulong)((trial * 1000) + i));
            }

            QuantizedVector vector;
            fixed (float* px = x)
            fixed (short* pq = q)
            {
                vector = QuantizedVector.Of(px, length, limit, pq);
            }

            var norm = Math.Sqrt(x.Sum(static v => (double)v * v));
            var error = Math.Sqrt(x.Zip(q, (v, integer) => Math.Pow(v - ((double)vector.Scale * integer), 2)).Sum());
            Assert.Equal(norm, vector.Norm, 1e-5 * norm);
            Assert.Equal(error, vector.Error, (1e-3 * error) + (1e-6 * norm));
            Assert.True(error <= 0.51 * vector.Scale * Math.Sqrt(length));
            Assert.Equal(limit, q.Max(static v => Math.Abs((int)v)));
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Of_NotFinite_PromisesNothing(float bad)
    {
        var (x, q) = (new float[20], new short[20]);
        foreach (var place in (int[])[3, 19])
        {
            Array.Clear(x);
            x[place] = bad;
            fixed (float* px = x)
            fixed (short* pq = q)
            {
                Assert.Equal(float.PositiveInfinity, QuantizedVector.Of(px, 20, 100, pq).Error);
            }
        }
    }

    [Fact]
    public void Of_Zero_IsExact()
    {
        var (x, q) = (new float[20], new short[20]);
        fixed (float* px = x)
        fixed (short* pq = q)
        {
            Assert.Equal(new QuantizedVector(0, 0, 0), QuantizedVector.Of(px, 20, 100, pq));
        }

        Assert.All(q, static v => Assert.Equal(0, v));
    }

    private static int Pair(short low, short high) => (ushort)low | (high << 16);
}
