using System.Numerics.Tensors;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Evaluation;

/// <summary>Puts a dictionary's x̂ in the place of x, and sums what the metrics need over all rows that pass. Sums are combined in the order of the rows.</summary>
internal sealed unsafe class ReconstructionTally(int outputs, int maxRows) : IDisposable
{
    private const int ColumnsPerTask = 64;

    private readonly SparseActivations _f = new();
    private readonly FloatBuffer _xHat = new((long)maxRows * outputs);
    private readonly Row[] _rows = new Row[maxRows];
    private SparseAutoencoder? _dictionary;
    private IDictionaryEncoder? _encoder;
    private Rows? _x;
    private long[] _fired = [];
    private float[] _mean = [];
    private double[] _residuals = [];
    private double _shares;
    private long _rowsWithVariance;
    private long _count;
    private double _squares;
    private double _products;
    private double _ratios;
    private double _gains;
    private long _counted;
    private bool[]? _leftOut;

    /// <summary>Σ ‖x − x̂‖².</summary>
    public double Errors { get; private set; }

    /// <summary>Σ ‖(x − x̂) − mean of (x − x̂)‖²: the errors without their common offset.</summary>
    public double ErrorVariance => Errors - _residuals.Sum(sum => sum * sum / _count);

    /// <summary>Mean over rows of 1 − ‖x − x̂‖² / ‖x − μ‖²; rows with x = μ are left out.</summary>
    public double MeanOfRows => _shares / _rowsWithVariance;

    /// <summary>Active features, all rows together.</summary>
    public long Active { get; private set; }

    /// <summary>Mean of σ (<see cref="RowNormalisation"/>); null where vectors are not normalised.</summary>
    public double? MeanGain => _dictionary!.Normalisation == RowNormalisation.None ? null : _gains / _count;

    /// <summary>Mean of ‖x̂‖ / ‖x‖ over rows with x ≠ 0.</summary>
    public double NormRatio => _ratios / _counted;

    /// <summary>Σ ‖x̂‖² / Σ x · x̂.</summary>
    public double ReconstructionBias => _squares / _products;

    /// <summary>How often each feature fired, [m].</summary>
    public IReadOnlyList<long> Fired => _fired;

    /// <summary>Starts anew with a dictionary, the mean μ of all rows that will pass, its encoder, and rows of that encoder's back end; none are owned.</summary>
    public void Begin(SparseAutoencoder dictionary, float[] mean, IDictionaryEncoder encoder, Rows x)
    {
        (_dictionary, _mean, _residuals, _encoder, _x) = (dictionary, mean, new double[outputs], encoder, x);
        (_shares, _rowsWithVariance, _count) = (0, 0, 0);
        _fired = new long[dictionary.Features];
        (Errors, Active, _squares, _products, _ratios, _gains, _counted) = (0, 0, 0, 0, 0, 0, 0);
    }

    /// <summary>Says which rows of the next call stay as they are and do not count; null: none.</summary>
    public void LeaveOut(bool[]? rows) => _leftOut = rows;

    /// <summary>x becomes x̂.</summary>
    /// <param name="input">[rows, n]: what the dictionary reads, of an autoencoder x itself.</param>
    /// <param name="x">[rows, outputs].</param>
    /// <param name="rows">Number of rows.</param>
    public void Reconstruct(float* input, float* x, int rows)
    {
        var leftOut = _leftOut;
        _x!.CopyFrom(input, 0, rows);
        _encoder!.Encode(_x, rows, _f);
        if (leftOut is not null)
        {
            _f.Silence(row => leftOut[row]);
        }

        _dictionary!.Decode(_f, _xHat.Pointer, input);
        WorkerPool.For(rows, (row, _) =>
        {
            var target = new Span<float>(x + ((nint)row * outputs), outputs);
            var xHat = _xHat.Span((long)row * outputs, outputs);
            var distance = TensorPrimitives.Distance<float>(target, xHat);
            var spread = TensorPrimitives.Distance<float>(target, _mean);
            _rows[row] = new Row(
                (double)distance * distance, TensorPrimitives.SumOfSquares<float>(xHat), TensorPrimitives.Dot<float>(target, xHat), TensorPrimitives.SumOfSquares<float>(target),
                (double)spread * spread);
        });
        Replace(x, rows);
        for (var number = 0; number < rows; number++)
        {
            if (leftOut?[number] == true)
            {
                continue;
            }

            var row = _rows[number];
            _count++;
            _gains += _f.GainOf(number);
            Errors += row.Error;
            _squares += row.Square;
            _products += row.Product;
            if (row.Spread > 0)
            {
                _shares += 1 - (row.Error / row.Spread);
                _rowsWithVariance++;
            }

            if (row.Original > 0)
            {
                _ratios += Math.Sqrt(row.Square / row.Original);
                _counted++;
            }
        }

        Active += _f.Count;
        foreach (var feature in _f.Features.AsSpan(0, _f.Count))
        {
            _fired[feature]++;
        }
    }

    public void Dispose() => _xHat.Dispose();

    /// <summary>Sums x − x̂ by column and puts x̂ in the place of x.</summary>
    private void Replace(float* x, int rows) => WorkerPool.For((outputs + ColumnsPerTask - 1) / ColumnsPerTask, (task, _) =>
    {
        var first = task * ColumnsPerTask;
        var columns = Math.Min(ColumnsPerTask, outputs - first);
        for (var row = 0; row < rows; row++)
        {
            if (_leftOut?[row] == true)
            {
                continue;
            }

            var target = new Span<float>(x + ((nint)row * outputs) + first, columns);
            var xHat = _xHat.Span(((long)row * outputs) + first, columns);
            for (var c = 0; c < columns; c++)
            {
                _residuals[first + c] += (double)target[c] - xHat[c];
            }

            xHat.CopyTo(target);
        }
    });

    private readonly record struct Row(double Error, double Square, double Product, double Original, double Spread);
}
