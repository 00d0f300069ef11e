using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>
/// One training step of the dictionary, L = mean over the batch of (mean over n of (x − x̂)² + λ Σ f): gradients by the sparse or the dense
/// path, whichever is faster, then Adam. Parameters are those on the scale of the activations that it is given, times the scale.
/// </summary>
internal sealed unsafe class DictionaryStep : IDisposable
{
    /// <summary>Measured: with more than this share of the entries active, five dense products are faster than the lists.</summary>
    public const double DenseShare = 0.18;

    private const int FeaturesPerTask = 32;

    private readonly StepBatch _batch;
    private readonly SparseGradient _sparse;
    private readonly int _maxRows;
    private DenseGradient? _dense;
    private bool _wasDense = true;

    public DictionaryStep(int inputs, int features, int maxRows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        _maxRows = maxRows;
        Parameters = new DictionaryTensors(inputs, features);
        Gradients = new DictionaryTensors(inputs, features);
        FirstMoments = new DictionaryTensors(inputs, features);
        SecondMoments = new DictionaryTensors(inputs, features);
        Fired = new int[features];
        _batch = new StepBatch(Parameters, maxRows);
        _sparse = new SparseGradient(Parameters, maxRows);
    }

    public DictionaryTensors Parameters { get; }

    public DictionaryTensors Gradients { get; }

    public DictionaryTensors FirstMoments { get; }

    public DictionaryTensors SecondMoments { get; }

    /// <summary>How often each feature fired in the last batch.</summary>
    public int[] Fired { get; }

    /// <summary>Largest share of active entries for the sparse path; 0 and 1 force one path.</summary>
    public double SparseLimit { get; set; } = DenseShare;

    /// <summary>Fills <see cref="Gradients"/> and <see cref="Fired"/> for rows x [rows, n], each multiplied by <paramref name="scale"/>.</summary>
    public StepLosses ComputeGradients(float* x, int rows, float scale, float lambda)
    {
        _batch.Fill(x, rows, scale, lambda);
        var maxActive = (long)(SparseLimit * rows * Parameters.Features);
        StepLosses losses;
        if ((_wasDense && SparseLimit < 1) || !_sparse.TryCompute(_batch, maxActive, Gradients, Fired, out losses))
        {
            _dense ??= new DenseGradient(Parameters, _maxRows);
            losses = _dense.Compute(_batch, Gradients, Fired);
        }

        _wasDense = losses.Active > maxActive;
        return losses;
    }

    /// <summary>Adam on all parameters; decoder rows without the parallel part of their gradient, and back to unit length.</summary>
    public void Update(AdamSettings settings, long step)
    {
        var constants = Adam.Constants.Of(settings, step);
        var (p, g, m, v) = (Parameters, Gradients, FirstMoments, SecondMoments);
        var (width, features) = (p.Width, p.Features);
        WorkerPool.For((features + FeaturesPerTask - 1) / FeaturesPerTask, (task, _) =>
        {
            var first = task * FeaturesPerTask;
            var count = Math.Min(FeaturesPerTask, features - first);
            var start = (nint)first * width;
            for (var row = start; row < start + ((nint)count * width); row += width)
            {
                RowKernels.UpdateUnitRow(p.WDec + row, g.WDec + row, m.WDec + row, v.WDec + row, width, settings, constants);
            }

            Adam.StepRange(p.WEnc + start, g.WEnc + start, m.WEnc + start, v.WEnc + start, (long)count * width, settings, step);
            Adam.StepRange(p.BEnc + first, g.BEnc + first, m.BEnc + first, v.BEnc + first, count, settings, step);
        });
        Adam.StepRange(p.BDec, g.BDec, m.BDec, v.BDec, p.Inputs, settings, step);
    }

    public void Dispose()
    {
        Parameters.Dispose();
        Gradients.Dispose();
        FirstMoments.Dispose();
        SecondMoments.Dispose();
        _batch.Dispose();
        _sparse.Dispose();
        _dense?.Dispose();
    }
}
