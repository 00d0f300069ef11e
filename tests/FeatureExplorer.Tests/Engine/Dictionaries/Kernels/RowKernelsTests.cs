using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Kernels;

/// <summary>Every register width against plain loops: a processor runs the widths that it does not have in software.</summary>
public sealed unsafe class RowKernelsTests
{
    public static TheoryData<int, int> Sizes => new() { { 16, 1 }, { 48, 7 }, { 144, 4 }, { 272, 13 }, { 512, 0 } };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void WeightedSum_EveryWidth_EqualsLoops(int width, int count)
    {
        Check<Lanes128>();
        Check<Lanes256>();
        Check<Lanes512>();

        void Check<T>()
            where T : struct, ILanes<T>
        {
            using var matrix = DictionarySamples.Normal(20 * width, seed: 1);
            using var weights = DictionarySamples.Normal(count, seed: 2);
            using var sum = DictionarySamples.Normal(width, seed: 3);
            using var overwritten = DictionarySamples.Normal(width, seed: 3);
            var before = sum.Span().ToArray();
            var rows = Rows(count);
            fixed (int* r = rows)
            {
                RowKernels.WeightedSum<T>(r, weights.Pointer, count, matrix.Pointer, width, width, sum.Pointer, accumulate: true);
                RowKernels.WeightedSum<T>(r, weights.Pointer, count, matrix.Pointer, width, width, overwritten.Pointer, accumulate: false);
            }

            for (var c = 0; c < width; c++)
            {
                var expected = 0.0;
                for (var k = 0; k < count; k++)
                {
                    expected += (double)weights.Pointer[k] * matrix.Pointer[(rows[k] * width) + c];
                }

                Assert.Equal(expected + before[c], sum.Pointer[c], 1e-5);
                Assert.Equal(expected, overwritten.Pointer[c], 1e-5);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Dots_EveryWidth_EqualsLoops(int width, int count)
    {
        Check<Lanes128>();
        Check<Lanes256>();
        Check<Lanes512>();

        void Check<T>()
            where T : struct, ILanes<T>
        {
            using var matrix = DictionarySamples.Normal(20 * width, seed: 1);
            using var vector = DictionarySamples.Normal(width, seed: 2);
            using var dots = new FloatBuffer(count);
            var rows = Rows(count);
            fixed (int* r = rows)
            {
                RowKernels.Dots<T>(r, count, matrix.Pointer, width, width, vector.Pointer, 0.5f, dots.Pointer);
            }

            for (var k = 0; k < count; k++)
            {
                var expected = 0.5;
                for (var c = 0; c < width; c++)
                {
                    expected += (double)vector.Pointer[c] * matrix.Pointer[(rows[k] * width) + c];
                }

                Assert.Equal(expected, dots.Pointer[k], 1e-4);
            }
        }
    }

    [Fact]
    public void Residual_EveryWidth_EqualsLoops()
    {
        Check<Lanes128>();
        Check<Lanes256>();
        Check<Lanes512>();

        static void Check<T>()
            where T : struct, ILanes<T>
        {
            using var residual = DictionarySamples.Normal(48, seed: 1);
            using var x = DictionarySamples.Normal(48, seed: 2);
            using var total = DictionarySamples.Normal(48, seed: 3);
            var (before, totalBefore) = (residual.Span().ToArray(), total.Span().ToArray());

            var squares = RowKernels.Residual<T>(residual.Pointer, x.Pointer, 3, total.Pointer, 48);

            var expected = 0.0;
            for (var c = 0; c < 48; c++)
            {
                var difference = (double)before[c] - x.Pointer[c];
                expected += difference * difference;
                Assert.Equal(3 * difference, residual.Pointer[c], 1e-5);
                Assert.Equal(totalBefore[c] + (3 * difference), total.Pointer[c], 1e-5);
            }

            Assert.Equal(expected, squares, 1e-4);
        }
    }

    [Fact]
    public void UpdateUnitRow_EveryWidth_EqualsLoops()
    {
        Check<Lanes128>();
        Check<Lanes256>();
        Check<Lanes512>();

        static void Check<T>()
            where T : struct, ILanes<T>
        {
            const int width = 48;
            var settings = new AdamSettings(0.01f);
            using var d = DictionarySamples.Normal(width, seed: 1);
            using var g = DictionarySamples.Normal(width, seed: 2);
            using var m = DictionarySamples.Normal(width, seed: 3);
            using var v = new FloatBuffer(width);
            v.Span().Fill(0.5f);
            var row = d.Span().ToArray().Select(static value => (double)value).ToArray();
            var dot = row.Zip(g.Span().ToArray(), static (a, b) => a * b).Sum();
            var updated = new double[width];
            for (var c = 0; c < width; c++)
            {
                var gradient = g.Pointer[c] - (dot * row[c]);
                var first = ((0.9 * m.Pointer[c]) + (0.1 * gradient)) / (1 - Math.Pow(0.9, 3));
                var second = ((0.999 * 0.5) + (0.001 * gradient * gradient)) / (1 - Math.Pow(0.999, 3));
                updated[c] = row[c] - (0.01 * first / (Math.Sqrt(second) + 1e-8));
            }

            RowKernels.UpdateUnitRow<T>(d.Pointer, g.Pointer, m.Pointer, v.Pointer, width, settings, Adam.Constants.Of(settings, 3));

            var norm = Math.Sqrt(updated.Sum(static value => value * value));
            for (var c = 0; c < width; c++)
            {
                Assert.Equal(updated[c] / norm, d.Pointer[c], 1e-6);
            }
        }
    }

    private static int[] Rows(int count) => [.. Enumerable.Range(0, count).Select(static k => (k * 7) % 20)];
}
