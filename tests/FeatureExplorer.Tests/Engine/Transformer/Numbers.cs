using FeatureExplorer.Engine.Numerics;
using Xunit.Abstractions;

namespace FeatureExplorer.Tests.Engine.Transformer;

/// <summary>Random inputs and comparisons for the transformer's tests.</summary>
internal static unsafe class Numbers
{
    public static FloatBuffer Random(int length, string stream, float scale = 1)
    {
        var buffer = new FloatBuffer(length);
        var random = new CounterRandom(7).Stream(stream);
        for (var i = 0; i < length; i++)
        {
            buffer.Pointer[i] = scale * random.Normal((ulong)i);
        }
        return buffer;
    }

    public static int[] Tokens(int count, int vocabulary, string stream)
    {
        var random = new CounterRandom(7).Stream(stream);
        return [.. Enumerable.Range(0, count).Select(i => (int)random.Bounded((ulong)i, (ulong)vocabulary))];
    }

    public static double[] Doubles(FloatBuffer buffer) => [.. buffer.Span().ToArray().Select(v => (double)v)];

    /// <summary>Largest difference relative to the largest expected value.</summary>
    public static double RelativeError(ReadOnlySpan<float> actual, double[] expected)
    {
        var (difference, largest) = (0.0, 1e-30);
        for (var i = 0; i < expected.Length; i++)
        {
            difference = Math.Max(difference, Math.Abs(actual[i] - expected[i]));
            largest = Math.Max(largest, Math.Abs(expected[i]));
        }
        return difference / largest;
    }

    /// <summary>Central differences of f at every <paramref name="stride"/>th of the variables against the gradient computed for them.</summary>
    public static void CheckGradient(
        ITestOutputHelper output, string name, double[] variables, Func<double> f, ReadOnlySpan<float> gradient, int stride = 1, double tolerance = 2e-5)
    {
        const double H = 1e-5;
        var (worst, largest) = (0.0, 1e-30);
        for (var i = 0; i < variables.Length; i += stride)
        {
            var value = variables[i];
            variables[i] = value + H;
            var up = f();
            variables[i] = value - H;
            var down = f();
            variables[i] = value;
            var expected = (up - down) / (2 * H);
            worst = Math.Max(worst, Math.Abs(expected - gradient[i]));
            largest = Math.Max(largest, Math.Abs(expected));
        }
        output.WriteLine($"{name}: largest difference {worst:E2} of a largest gradient of {largest:E2}");
        Assert.True(worst <= (tolerance * largest) + 1e-9, $"{name}: difference {worst:E2}, largest gradient {largest:E2}");
    }
}
