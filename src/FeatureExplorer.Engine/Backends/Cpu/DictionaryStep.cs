using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Backends.Cpu.Variants;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Dictionaries.Variants;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Backends.Cpu;

/// <summary>
/// One training step of a dictionary of any variant: gradients of its loss by the sparse or the dense path, whichever is faster, then Adam.
/// Parameters are those on the scale of the activations that it is given, times the scale.
/// </summary>
internal sealed unsafe class DictionaryStep : IDictionaryStep
{
    /// <summary>Measured: with more than this share of the entries active, five dense products are faster than the lists.</summary>
    public const double DenseShare = 0.18;

    private const int FeaturesPerTask = 32;

    private readonly CpuVariant _kernel;
    private readonly DictionaryState _state;
    private readonly int[] _fired;
    private readonly StepBatch _batch;
    private readonly SparseGradient _sparse;
    private readonly float[] _activations;
    private readonly int _maxRows;
    private DenseGradient? _dense;

    /// <param name="inputs">n.</param>
    /// <param name="features">m.</param>
    /// <param name="maxRows">Most vectors of a batch.</param>
    /// <param name="variant">Not given: <c>paper-2023</c>.</param>
    public DictionaryStep(int inputs, int features, int maxRows, DictionaryVariant? variant = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        _maxRows = maxRows;
        Variant = variant ?? new Paper2023(new DictionaryOptions { Features = features, Samples = 1 });
        var extras = Variant.Extras.Count;
        _kernel = CpuVariant.Of(Variant);
        _state = new DictionaryState(inputs, features, extras);
        Gradients = new DictionaryTensors(inputs, features, extras);
        _fired = new int[features];
        _activations = new float[features];
        _batch = new StepBatch(Parameters, maxRows, Variant);
        _sparse = new SparseGradient(Parameters, maxRows, _kernel);
        SparseLimit = _kernel.HasDensePath ? DenseShare : 1;
        WasDense = _kernel.HasDensePath;
    }

    /// <summary>Architecture and training rule.</summary>
    public DictionaryVariant Variant { get; }

    public DictionaryTensors Parameters => _state.Parameters;

    public DictionaryTensors Gradients { get; }

    public DictionaryTensors FirstMoments => _state.FirstMoments;

    public DictionaryTensors SecondMoments => _state.SecondMoments;

    /// <summary>How often each feature fired in the last batch.</summary>
    public ReadOnlySpan<int> Fired => _fired;

    /// <summary>Largest share of active entries for the sparse path; 0 and 1 force one path.</summary>
    public double SparseLimit { get; set; }

    /// <summary>Whether the last batch had more active entries than the sparse path takes, so that the next begins with the dense one.</summary>
    public bool WasDense { get; set; }

    /// <inheritdoc/>
    public StepLosses ComputeGradients(Rows x, int rows, float scale, float lambda, int[]? dead = null) =>
        ComputeGradients(HostRows.Of(x), rows, scale, lambda, dead);

    /// <inheritdoc/>
    public double[] Losses(VectorSample x, float lambda) => FeatureResampler.Losses(Parameters, x, lambda);

    /// <summary>The very parameters and moments that are trained.</summary>
    public DictionaryState Download() => _state;

    /// <inheritdoc/>
    public void Upload()
    {
        // What Download gave is what is trained.
    }

    /// <summary>Fills <see cref="Gradients"/> and <see cref="Fired"/> for rows x [rows, n], each multiplied by <paramref name="scale"/>.</summary>
    /// <param name="x">The batch.</param>
    /// <param name="rows">Its vectors.</param>
    /// <param name="scale">What they are multiplied by.</param>
    /// <param name="lambda">λ in force.</param>
    /// <param name="dead">Dead features, ascending, for the variants that teach them.</param>
    public StepLosses ComputeGradients(float* x, int rows, float scale, float lambda, int[]? dead = null)
    {
        _kernel.Prepare(Parameters);
        _batch.Fill(x, rows, scale, lambda);
        var maxActive = SparseLimit < 1 ? (long)(SparseLimit * rows * Parameters.Features) : long.MaxValue;
        StepLosses losses;
        if ((WasDense && SparseLimit < 1) || !_sparse.TryCompute(_batch, maxActive, dead ?? [], Gradients, _fired, _activations, out losses))
        {
            _dense ??= new DenseGradient(Parameters, _maxRows, _kernel);
            losses = _dense.Compute(_batch, Gradients, _fired, _activations);
        }

        _kernel.AddDecoderPenalty(Parameters, Gradients, _activations, _batch.PenaltyGradient);
        WasDense = losses.Active > maxActive;
        return losses;
    }

    /// <summary>
    /// Adam on all parameters, with gradients scaled down to a norm of <paramref name="clipNorm"/> (0: never). Where the variant wants decoder
    /// rows of length 1, without the parallel part of their gradient, and back to that length.
    /// </summary>
    public void Update(AdamSettings settings, long step, double clipNorm = 0)
    {
        if (clipNorm > 0)
        {
            GradientClipping.Clip(Gradients, clipNorm);
        }

        var constants = Adam.Constants.Of(settings, step);
        var (p, g, m, v) = (Parameters, Gradients, FirstMoments, SecondMoments);
        var (width, features) = (p.Width, p.Features);
        WorkerPool.For((features + FeaturesPerTask - 1) / FeaturesPerTask, (task, _) =>
        {
            var first = task * FeaturesPerTask;
            var count = Math.Min(FeaturesPerTask, features - first);
            var start = (nint)first * width;
            if (Variant.UnitDecoder)
            {
                for (var row = start; row < start + ((nint)count * width); row += width)
                {
                    RowKernels.UpdateUnitRow(p.WDec + row, g.WDec + row, m.WDec + row, v.WDec + row, width, settings, constants);
                }
            }
            else
            {
                Adam.StepRange(p.WDec + start, g.WDec + start, m.WDec + start, v.WDec + start, (long)count * width, settings, step);
            }

            Adam.StepRange(p.WEnc + start, g.WEnc + start, m.WEnc + start, v.WEnc + start, (long)count * width, settings, step);
            Adam.StepRange(p.BEnc + first, g.BEnc + first, m.BEnc + first, v.BEnc + first, count, settings, step);
        });
        Adam.StepRange(p.BDec, g.BDec, m.BDec, v.BDec, p.Inputs, settings, step);
        Adam.StepRange(p.Extra0, g.Extra0, m.Extra0, v.Extra0, (long)p.Extras * features, settings, step);
    }

    public void Dispose()
    {
        _state.Dispose();
        Gradients.Dispose();
        _batch.Dispose();
        _sparse.Dispose();
        _dense?.Dispose();
    }
}
