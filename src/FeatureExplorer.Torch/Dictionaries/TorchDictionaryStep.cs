using System.Globalization;
using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Torch.Library;
using static TorchSharp.torch;

namespace FeatureExplorer.Torch.Dictionaries;

/// <summary>
/// One training step of a dictionary by dense products on a device, with the gradients written out; <c>SparseGradient</c> of the engine states them. Rows are
/// taken in parts, so that what a part needs fits into <see cref="PartBytes"/>; where the device has less, parts become smaller.
/// </summary>
internal sealed unsafe partial class TorchDictionaryStep : IDictionaryStep
{
    private readonly TorchBackend _backend;
    private readonly TorchVariant _kernel;
    private readonly DictionaryVariant _variant;
    private readonly Products _products;
    private readonly int _n;
    private readonly int _m;
    private readonly int[] _prefixEnds;
    private readonly Tensor _fired;
    private int[] _firedOnHost;
    private DictionaryState? _host;

    public TorchDictionaryStep(TorchBackend backend, int inputs, DictionaryVariant variant)
    {
        (_backend, _variant, _n, _m, _products) = (backend, variant, inputs, variant.Options.Features, backend.Products);
        _kernel = TorchVariant.Of(variant);
        var extras = variant.Extras.Count;
        _prefixEnds = variant.PrefixEnds(_m);
        Parameters = new TorchTensors(inputs, _m, extras, backend.Device);
        Gradients = new TorchTensors(inputs, _m, extras, backend.Device);
        FirstMoments = new TorchTensors(inputs, _m, extras, backend.Device);
        SecondMoments = new TorchTensors(inputs, _m, extras, backend.Device);
        _fired = zeros(_m, int32, backend.Device);
        _firedOnHost = new int[_m];
        PartBytes = backend.PartBytes;
    }

    /// <summary>Device memory for what a part keeps of [rows, m]; halved each time that the device has less.</summary>
    public long PartBytes { get; set; }

    public TorchTensors Parameters { get; }

    public TorchTensors Gradients { get; }

    public TorchTensors FirstMoments { get; }

    public TorchTensors SecondMoments { get; }

    public ReadOnlySpan<int> Fired => _firedOnHost;

    /// <summary>There is one path.</summary>
    public bool WasDense { get; set; } = true;

    public StepLosses ComputeGradients(Rows x, int rows, float scale, float lambda, int[]? dead = null)
    {
        var batch = TorchRows.Of(x);
        return TorchOutOfMemoryException.Retry(() => Compute(batch, rows, scale, lambda, dead), () => Shrink(rows), () => Need(rows));
    }

    public void Update(AdamSettings settings, long step, double clipNorm = 0)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var (p, g, m, v) = (Parameters, Gradients, FirstMoments, SecondMoments);
        if (clipNorm > 0)
        {
            Clip(clipNorm);
        }

        if (_variant.UnitDecoder)
        {
            TorchAdam.StepUnitRows(p.WDec, g.WDec, m.WDec, v.WDec, settings, step);
        }
        else
        {
            TorchAdam.Step(p.WDec, g.WDec, m.WDec, v.WDec, settings, step);
        }

        TorchAdam.Step(p.WEnc, g.WEnc, m.WEnc, v.WEnc, settings, step);
        TorchAdam.Step(p.BEnc, g.BEnc, m.BEnc, v.BEnc, settings, step);
        TorchAdam.Step(p.BDec, g.BDec, m.BDec, v.BDec, settings, step);
        if (_variant.Extras.Count > 0)
        {
            TorchAdam.Step(p.Extras, g.Extras, m.Extras, v.Extras, settings, step);
        }
    }

    public double[] Losses(VectorSample x, float lambda)
    {
        ArgumentNullException.ThrowIfNull(x);
        using var off = no_grad();
        var losses = new double[x.Rows];
        var part = RowsOfAPart(x.Rows);
        using var host = new FloatBuffer((long)part * _n);
        ForParts(x.Rows, part, (first, count) =>
        {
            x.CopyTo(first, host.Span(0, count * _n));
            var centred = TorchMemory.Upload(host.Pointer, _backend.Device, count, _n).add_(Parameters.BDec, Scalars.MinusOne);
            var f = PreActivations(centred).relu_();
            var error = _products.Multiply(f, Parameters.WDec).add_(centred, Scalars.MinusOne);
            var loss = error.mul(error).sum(dim: 1).div_(Scalars.Of(_n)).add_(f.sum(dim: 1), alpha: Scalars.Of(lambda));
            Array.ConvertAll(TorchMemory.Floats(loss), static one => (double)one).CopyTo(losses, first);
        });
        return losses;
    }

    public DictionaryState Download()
    {
        _host ??= new DictionaryState(_n, _m, _variant.Extras.Count);
        Parameters.Store(_host.Parameters);
        FirstMoments.Store(_host.FirstMoments);
        SecondMoments.Store(_host.SecondMoments);
        return _host;
    }

    public void Upload()
    {
        var host = _host ?? throw new InvalidOperationException("Nothing has been downloaded.");
        Parameters.Load(host.Parameters);
        FirstMoments.Load(host.FirstMoments);
        SecondMoments.Load(host.SecondMoments);
    }

    public void Dispose()
    {
        Parameters.Dispose();
        Gradients.Dispose();
        FirstMoments.Dispose();
        SecondMoments.Dispose();
        _fired.Dispose();
        _kernel.Dispose();
        _host?.Dispose();
    }

    private int RowsOfAPart(int rows) => (int)Math.Clamp(PartBytes / ((long)_kernel.Wide * _m * sizeof(float)), 1, rows);

    /// <summary>Halves the parts; false when they are one row.</summary>
    private bool Shrink(int rows)
    {
        var part = RowsOfAPart(rows);
        PartBytes = (long)Math.Max(1, part / 2) * _kernel.Wide * _m * sizeof(float);
        return part > 1;
    }

    private string Need(int rows) => string.Create(CultureInfo.InvariantCulture,
        $"{_backend.Info.Device} has too little memory for this dictionary: parameters, gradients and moments of {_m:N0} features on {_n:N0} inputs take {8.0 * _m * _n * sizeof(float) / (1 << 30):0.0} GiB, a batch of {rows:N0} vectors besides. Use fewer features, a smaller batch, or another device.");

    private StepLosses Compute(Tensor x, int rows, float scale, float lambda, int[]? dead)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        foreach (var gradient in Gradients.All)
        {
            gradient.zero_();
        }

        _fired.zero_();
        _kernel.Prepare(Parameters);
        var part = RowsOfAPart(rows);
        if (_kernel.SelectsTogether)
        {
            ForParts(rows, part, (first, count) => _kernel.Select(PreActivations(Centred(x.narrow(0, first, count), scale)), rows));
        }

        var deadIndex = dead is { Length: > 0 } && _variant.DeadPerRow(_n) > 0 ? TorchMemory.Upload(dead, _backend.Device) : null;
        var sums = zeros((rows + part - 1) / part, TorchBatch.Sums, device: _backend.Device);
        var (delta, activations) = (zeros(_m, device: _backend.Device), zeros(_m, device: _backend.Device));
        ForParts(rows, part, (first, count) => AddPart(Centred(x.narrow(0, first, count), scale), new TorchBatch(rows, lambda, deadIndex, sums.select(0, first / part), delta, activations)));
        Gradients.BEnc.add_(_kernel.BiasGradient(delta), Scalars.One);
        if (_variant.CentresInput)
        {
            Gradients.BDec.add_(matmul(delta, Parameters.WEnc), Scalars.MinusOne);
        }

        _kernel.AddDecoderPenalty(Parameters, Gradients, activations, lambda / rows);
        if (_kernel is TorchBatchTopK { Least: > 0 } selected)
        {
            _variant.Selected(selected.Least);
        }

        return Losses(sums, rows, lambda);
    }

    private StepLosses Losses(Tensor sums, int rows, float lambda)
    {
        _firedOnHost = TorchMemory.Integers(_fired);
        var totals = new double[TorchBatch.Sums];
        var host = TorchMemory.Floats(sums);
        for (var i = 0; i < host.Length; i++)
        {
            totals[i % TorchBatch.Sums] += host[i];
        }

        var values = (double)_n * rows;
        var divisor = _variant.SumsSquares ? rows : values;
        return new StepLosses(
            totals[TorchBatch.Squares] / values, totals[TorchBatch.Errors] / divisor, lambda * totals[TorchBatch.Penalties] / rows, _variant.AuxiliaryWeight * totals[TorchBatch.Auxiliary] / divisor,
            _firedOnHost.Sum(static count => (long)count), Dense: true);
    }

    private Tensor Centred(Tensor x, float scale)
    {
        var centred = x.mul(Scalars.Of(scale));
        return _variant.CentresInput ? centred.add_(Parameters.BDec, Scalars.MinusOne) : centred;
    }

    private Tensor PreActivations(Tensor centred) => _products.Affine(Parameters.BEnc, centred, Parameters.WEnc.t());

    private void Clip(double limit)
    {
        var norm = Math.Sqrt(Gradients.All.Where(static g => g.NumberOfElements > 0).Sum(static g => (double)g.mul(g).sum().item<float>()));
        if (norm > limit)
        {
            foreach (var gradient in Gradients.All)
            {
                gradient.mul_(Scalars.Of((float)(limit / norm)));
            }
        }
    }

    private static void ForParts(int rows, int part, Action<int, int> body)
    {
        for (var first = 0; first < rows; first += part)
        {
            using var scope = NewDisposeScope();
            body(first, Math.Min(part, rows - first));
        }
    }
}
