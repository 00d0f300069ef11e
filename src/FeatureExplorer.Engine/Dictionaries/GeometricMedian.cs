using System.Numerics.Tensors;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>
/// The point with the smallest sum of distances to given points: where b_dec starts, because outliers pull it less than the mean
/// (Bricken et al. 2023, "Autoencoder architecture"). Found by Weiszfeld's iteration y ← Σ x_i / ‖x_i − y‖ over Σ 1 / ‖x_i − y‖.
/// </summary>
public static unsafe class GeometricMedian
{
    private const int BlockRows = 512;
    private const int MaxIterations = 200;
    private const double Tolerance = 1e-6;

    /// <summary>The geometric median [n] of points x [rows, n], on all threads.</summary>
    public static float[] Of(float* x, int rows, int inputs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        var current = WeightedMean(x, rows, inputs, null);
        for (var iteration = 0; iteration < MaxIterations; iteration++)
        {
            var next = WeightedMean(x, rows, inputs, current);
            var moved = TensorPrimitives.Distance<float>(next, current);
            current = next;
            if (moved <= Tolerance * TensorPrimitives.Norm<float>(current))
            {
                break;
            }
        }

        return current;
    }

    /// <summary>Mean with the weights 1 / ‖x_i − centre‖; all equal without a centre.</summary>
    private static float[] WeightedMean(float* x, int rows, int inputs, float[]? centre)
    {
        var blocks = (rows + BlockRows - 1) / BlockRows;
        var sums = new float[blocks][];
        var weights = new double[blocks];
        WorkerPool.For(blocks, (block, _) =>
        {
            var sum = new float[inputs];
            for (var row = block * BlockRows; row < Math.Min(rows, (block + 1) * BlockRows); row++)
            {
                var point = new ReadOnlySpan<float>(x + ((nint)row * inputs), inputs);
                var weight = centre is null ? 1 : 1 / MathF.Max(TensorPrimitives.Distance(point, centre), 1e-10f);
                TensorPrimitives.MultiplyAdd(point, weight, sum, sum);
                weights[block] += weight;
            }

            sums[block] = sum;
        });
        return Combine(sums, weights.Sum());
    }

    private static float[] Combine(float[][] sums, double weight)
    {
        var mean = new float[sums[0].Length];
        for (var j = 0; j < mean.Length; j++)
        {
            var sum = 0.0;
            foreach (var block in sums)
            {
                sum += block[j];
            }

            mean[j] = (float)(sum / weight);
        }

        return mean;
    }
}
