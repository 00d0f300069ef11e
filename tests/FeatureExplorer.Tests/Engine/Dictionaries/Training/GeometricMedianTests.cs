using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Training;

public sealed unsafe class GeometricMedianTests
{
    [Fact]
    public void Of_RandomPoints_EqualsBruteForce()
    {
        const int rows = 700;
        using var x = DictionarySamples.Normal(rows * 2, seed: 1);
        for (var row = 0; row < rows; row += 5)
        {
            x.Pointer[row * 2] += 20; // a fifth of outliers, which the mean would follow
        }

        using var sample = new VectorSample(x.Pointer, rows, 2);
        var median = GeometricMedian.Of(sample);

        var (best, step) = ((X: 0.0, Y: 0.0), 1.0);
        while (step > 1e-6)
        {
            var around = new[] { (0, 0), (1, 0), (-1, 0), (0, 1), (0, -1) }
                .Select(d => (X: best.X + (step * d.Item1), Y: best.Y + (step * d.Item2)))
                .MinBy(p => Distances(x, rows, p.X, p.Y));
            step = around == best ? step / 2 : step;
            best = around;
        }

        Assert.Equal(best.X, median[0], 1e-4);
        Assert.Equal(best.Y, median[1], 1e-4);
    }

    [Fact]
    public void Of_OnePoint_IsThatPoint()
    {
        using var x = DictionarySamples.Normal(3, seed: 1);
        using var sample = new VectorSample(x.Pointer, 1, 3);
        Assert.Equal(x.Span().ToArray(), GeometricMedian.Of(sample));
    }

    private static double Distances(FloatBuffer x, int rows, double a, double b)
    {
        var sum = 0.0;
        for (var row = 0; row < rows; row++)
        {
            sum += Math.Sqrt(Math.Pow(x.Pointer[row * 2] - a, 2) + Math.Pow(x.Pointer[(row * 2) + 1] - b, 2));
        }

        return sum;
    }
}
