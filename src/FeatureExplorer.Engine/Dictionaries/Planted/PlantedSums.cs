using System.Numerics.Tensors;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Planted;

/// <summary>What a comparison adds up over the vectors: moments of each planted activation with that of its nearest feature, errors and active features.</summary>
/// <param name="planted">Number of planted features.</param>
/// <param name="features">m.</param>
/// <param name="nearest">The nearest feature of each planted one; −1 for none.</param>
internal sealed class PlantedSums(int planted, int features, int[] nearest)
{
    private readonly double[] _a = new double[planted];
    private readonly double[] _aa = new double[planted];
    private readonly double[] _af = new double[planted];
    private readonly double[] _f = new double[features];
    private readonly double[] _ff = new double[features];
    private double[] _x = [];
    private double _squares;
    private double _errors;
    private long _entries;
    private long _rows;

    public double L0 => (double)_entries / _rows;

    public int Dead => _f.Count(static sum => sum == 0);

    public double ExplainedVariance => 1 - (_errors / (_squares - _x.Sum(sum => sum * sum / _rows)));

    /// <summary>Pearson correlation of a planted activation with that of its nearest feature; 0 when either never varies.</summary>
    public double Correlation(int index)
    {
        var feature = nearest[index];
        var covariance = _af[index] - (_a[index] * _f[feature] / _rows);
        var deviations = Math.Sqrt((_aa[index] - (_a[index] * _a[index] / _rows)) * (_ff[feature] - (_f[feature] * _f[feature] / _rows)));
        return deviations > 0 ? covariance / deviations : 0;
    }

    /// <summary>Adds vectors x and x̂ [rows, n], the planted activations [rows, planted] and the trained ones.</summary>
    public void Add(FloatBuffer x, FloatBuffer decoded, int n, int rows, float[] truth, SparseActivations active)
    {
        _x = _x.Length == 0 ? new double[n] : _x;
        var f = new float[features];
        for (var row = 0; row < rows; row++)
        {
            var vector = x.Span((long)row * n, n);
            var reconstruction = decoded.Span((long)row * n, n);
            var distance = TensorPrimitives.Distance<float>(vector, reconstruction);
            _errors += distance * distance;
            _squares += TensorPrimitives.SumOfSquares<float>(vector);
            for (var c = 0; c < n; c++)
            {
                _x[c] += vector[c];
            }

            AddActive(active.FeaturesOf(row), active.ValuesOf(row), f);
            AddTruth(truth.AsSpan(row * planted, planted), f);
        }

        _rows += rows;
    }

    private void AddActive(ReadOnlySpan<int> numbers, ReadOnlySpan<float> values, float[] f)
    {
        f.AsSpan().Clear();
        for (var k = 0; k < numbers.Length; k++)
        {
            f[numbers[k]] = values[k];
            _f[numbers[k]] += values[k];
            _ff[numbers[k]] += values[k] * values[k];
            _entries += values[k] > 0 ? 1 : 0;
        }
    }

    private void AddTruth(ReadOnlySpan<float> activations, float[] f)
    {
        for (var i = 0; i < activations.Length; i++)
        {
            var a = activations[i];
            if (a > 0)
            {
                _a[i] += a;
                _aa[i] += a * a;
                _af[i] += nearest[i] < 0 ? 0 : a * f[nearest[i]];
            }
        }
    }
}
