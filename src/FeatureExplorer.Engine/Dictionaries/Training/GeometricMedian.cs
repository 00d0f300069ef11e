using System.Numerics.Tensors;
using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Training;

/// <summary>
/// The point with the smallest sum of distances to given points: where b_dec starts, because outliers pull it less than the mean
/// (Bricken et al. 2023, "Autoencoder architecture"). Found by Weiszfeld's iteration y ← Σ x_i / ‖x_i − y‖ over Σ 1 / ‖x_i − y‖.
/// </summary>
internal static class GeometricMedian
{
    private const int BlockRows = 512;
    private const int MaxIterations = 200;
    private const double Tolerance = 1e-6;

    /// <summary>The geometric median [n] of points x [rows, n], at least one, on all threads.</summary>
    public static float[] Of(VectorSample x)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(x.Rows, 1, nameof(x));
        var current = WeightedMean(x, null);
        for (var iteration = 0; iteration < MaxIterations; iteration++)
        {
            var next = WeightedMean(x, current);
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
    private static float[] WeightedMean(VectorSample x, float[]? centre)
    {
        var inputs = x.Inputs;
        var blocks = (x.Rows + BlockRows - 1) / BlockRows;
        var sums = new float[blocks][];
        var weights = new double[blocks];
        WorkerPool.For(blocks, (block, _) =>
        {
            var (sum, point) = (new float[inputs], new float[inputs]);
            for (var row = block * BlockRows; row < Math.Min(x.Rows, (block + 1) * BlockRows); row++)
            {
                x.CopyTo(row, point);
                var weight = centre is null ? 1 : 1 / MathF.Max(TensorPrimitives.Distance<float>(point, centre), 1e-10f);
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
