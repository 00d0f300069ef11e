using System.Numerics.Tensors;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>Puts a dictionary's x̂ in the place of x, and sums what the metrics need over all rows that pass. Sums are combined in the order of the rows.</summary>
internal sealed unsafe class ReconstructionTally(int inputs, int maxRows) : IDisposable
{
    private readonly SparseActivations _f = new();
    private readonly FloatBuffer _xHat = new((long)maxRows * inputs);
    private readonly Row[] _rows = new Row[maxRows];
    private SparseAutoencoder? _dictionary;
    private long[] _fired = [];
    private double _squares;
    private double _products;
    private double _ratios;
    private long _counted;

    /// <summary>Σ ‖x − x̂‖².</summary>
    public double Errors { get; private set; }

    /// <summary>Active features, all rows together.</summary>
    public long Active { get; private set; }

    /// <summary>Mean of ‖x̂‖ / ‖x‖ over rows with x ≠ 0.</summary>
    public double NormRatio => _ratios / _counted;

    /// <summary>Σ ‖x̂‖² / Σ x · x̂.</summary>
    public double ReconstructionBias => _squares / _products;

    /// <summary>How often each feature fired, [m].</summary>
    public IReadOnlyList<long> Fired => _fired;

    /// <summary>Starts anew with a dictionary, which is not owned.</summary>
    public void Begin(SparseAutoencoder dictionary)
    {
        _dictionary = dictionary;
        _fired = new long[dictionary.Features];
        (Errors, Active, _squares, _products, _ratios, _counted) = (0, 0, 0, 0, 0, 0);
    }

    /// <summary>x [rows, n] becomes x̂.</summary>
    public void Reconstruct(float* x, int rows)
    {
        _dictionary!.Encode(x, rows, _f);
        _dictionary.Decode(_f, _xHat.Pointer);
        WorkerPool.For(rows, (row, _) =>
        {
            var target = new Span<float>(x + ((nint)row * inputs), inputs);
            var xHat = _xHat.Span((long)row * inputs, inputs);
            var distance = TensorPrimitives.Distance<float>(target, xHat);
            _rows[row] = new Row(
                (double)distance * distance, TensorPrimitives.SumOfSquares<float>(xHat), TensorPrimitives.Dot<float>(target, xHat), TensorPrimitives.SumOfSquares<float>(target));
            xHat.CopyTo(target);
        });
        foreach (var row in _rows.AsSpan(0, rows))
        {
            Errors += row.Error;
            _squares += row.Square;
            _products += row.Product;
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

    private readonly record struct Row(double Error, double Square, double Product, double Original);
}
