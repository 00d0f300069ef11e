using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Torch.Library;
using static TorchSharp.torch;

namespace FeatureExplorer.Torch.Dictionaries;

/// <summary>f of a finished dictionary on a device, its nonzeros copied out. <see cref="SparseAutoencoder"/> says what it is.</summary>
internal sealed unsafe class TorchDictionaryEncoder : IDictionaryEncoder
{
    // p, f, a mask and what the selection needs.
    private const int Wide = 4;

    private readonly TorchBackend _backend;
    private readonly SparseAutoencoder _dictionary;
    private readonly Tensor _wEnc;
    private readonly Tensor _bEnc;
    private readonly Tensor _bDec;
    private readonly Lazy<Tensor> _wDec;
    private readonly Lazy<Tensor?> _wSkip;
    private readonly Tensor? _threshold;
    private readonly Tensor? _gains;
    private readonly Tensor? _magnitudeBias;
    private long _partBytes;

    public TorchDictionaryEncoder(TorchBackend backend, SparseAutoencoder dictionary)
    {
        (_backend, _dictionary, _partBytes) = (backend, dictionary, backend.PartBytes);
        using var scope = NewDisposeScope();
        var (n, m, device) = (dictionary.Inputs, dictionary.Features, backend.Device);
        _wEnc = TorchMemory.Upload(dictionary.WEnc.Pointer, device, m, n);
        _bEnc = TorchMemory.Upload(dictionary.BEnc.Pointer, device, m);
        _bDec = TorchMemory.Upload(dictionary.BDec.Pointer, device, dictionary.Outputs);
        _threshold = dictionary.Threshold is { } threshold ? TorchMemory.Upload(threshold.Pointer, device, m) : null;
        _gains = dictionary.RMag is { } rMag ? TorchMemory.Upload(rMag.Pointer, device, m).exp_() : null;
        _magnitudeBias = dictionary.BMag is { } bMag ? TorchMemory.Upload(bMag.Pointer, device, m) : null;
        foreach (var tensor in (Tensor?[])[_wEnc, _bEnc, _bDec, _threshold, _gains, _magnitudeBias])
        {
            tensor?.DetachFromDisposeScope();
        }

        // Only edits decode.
        _wDec = new Lazy<Tensor>(() => TorchMemory.Upload(dictionary.WDec.Pointer, device, m, dictionary.Outputs).DetachFromDisposeScope());
        _wSkip = new Lazy<Tensor?>(() => dictionary.WSkip is { } skip ? TorchMemory.Upload(skip.Pointer, device, dictionary.Outputs, n).DetachFromDisposeScope() : null);
    }

    /// <summary>The encoder of this back end.</summary>
    /// <exception cref="ArgumentException">It is another back end's.</exception>
    public static TorchDictionaryEncoder Of(IDictionaryEncoder encoder) =>
        encoder as TorchDictionaryEncoder ?? throw new ArgumentException($"{encoder?.GetType().Name ?? "null"} is of another back end.", nameof(encoder));

    /// <summary>x̂, a new tensor of the caller's scope.</summary>
    /// <param name="input">[rows, inputs], what it reads.</param>
    /// <param name="x">[rows, outputs], what x̂ stands for; the same of an autoencoder.</param>
    public Tensor Reconstruct(Tensor input, Tensor x) => ByParts(input, x, (part, _, result) =>
    {
        var (read, norms) = Normalised(part);
        var xHat = _backend.Products.Affine(_bDec, Activations(read), _wDec.Value);
        if (_wSkip.Value is { } skip)
        {
            xHat = xHat.add_(_backend.Products.Multiply(part, skip.t()), Scalars.One);
        }

        result.copy_(norms is { } n ? xHat.mul_(n.Gains).add_(n.Means, Scalars.One) : xHat);
    });

    /// <summary>x − σ f_i · d_i, a new tensor of the caller's scope; σ = 1 where rows are not normalised.</summary>
    /// <param name="input">[rows, inputs], what it reads.</param>
    /// <param name="x">[rows, outputs].</param>
    /// <param name="feature">i.</param>
    public Tensor Without(Tensor input, Tensor x, int feature) => ByParts(input, x, (read, part, result) =>
    {
        var (normalised, norms) = Normalised(read);
        var f = Activations(normalised).narrow(1, feature, 1);
        result.copy_(part.addcmul(norms is { } n ? f.mul(n.Gains) : f, _wDec.Value.narrow(0, feature, 1), value: Scalars.MinusOne));
    });

    public void Encode(Rows x, int rows, SparseActivations f)
    {
        ArgumentNullException.ThrowIfNull(f);
        var values = TorchRows.Of(x);
        var parts = TorchOutOfMemoryException.Retry(() => Parts(values, rows), () => Shrink(rows), TooLittleMemory);
        f.Reset([.. parts.SelectMany(static part => part.Counts)], [.. parts.SelectMany(static part => part.Means.Zip(part.Gains))]);
        var next = 0;
        foreach (var part in parts)
        {
            part.Features.CopyTo(f.Features, next);
            part.Values.CopyTo(f.Values, next);
            next += part.Features.Length;
        }
    }

    public void Dispose()
    {
        foreach (var tensor in (Tensor?[])[_wEnc, _bEnc, _bDec, _threshold, _gains, _magnitudeBias])
        {
            tensor?.Dispose();
        }

        if (_wDec.IsValueCreated)
        {
            _wDec.Value.Dispose();
        }

        if (_wSkip.IsValueCreated)
        {
            _wSkip.Value?.Dispose();
        }
    }

    /// <summary>Fills a tensor like x in parts of its rows whose activations fit.</summary>
    private Tensor ByParts(Tensor input, Tensor x, Action<Tensor, Tensor, Tensor> fill)
    {
        var result = empty_like(x);
        var rows = (int)x.shape[0];
        for (var first = 0; first < rows;)
        {
            var start = first;
            first += TorchOutOfMemoryException.Retry(() => Fill(start), () => Shrink(rows), TooLittleMemory);
        }

        return result;

        int Fill(int start)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(RowsOfAPart(rows), rows - start);
            fill(input.narrow(0, start, count), x.narrow(0, start, count), result.narrow(0, start, count));
            return count;
        }
    }

    private string TooLittleMemory() => $"{_backend.Info.Device} has too little memory to encode with a dictionary of {_dictionary.Features:N0} features: use another device.";

    private int RowsOfAPart(int rows) => (int)Math.Clamp(_partBytes / ((long)Wide * _dictionary.Features * sizeof(float)), 1, rows);

    private bool Shrink(int rows)
    {
        var part = RowsOfAPart(rows);
        _partBytes = (long)Math.Max(1, part / 2) * Wide * _dictionary.Features * sizeof(float);
        return part > 1;
    }

    private List<Part> Parts(Tensor x, int rows)
    {
        using var off = no_grad();
        var parts = new List<Part>();
        var part = RowsOfAPart(rows);
        for (var first = 0; first < rows; first += part)
        {
            using var scope = NewDisposeScope();
            var (read, norms) = Normalised(x.narrow(0, first, Math.Min(part, rows - first)));
            var f = Activations(read);
            var open = f.gt(Scalars.Zero);
            // nonzero is in the order of rows, then of features, on every device.
            parts.Add(new Part(
                TorchMemory.Integers(open.sum(dim: 1, type: int32)), TorchMemory.Integers(open.nonzero().select(1, 1)), TorchMemory.Floats(f.masked_select(open)),
                norms is { } n ? TorchMemory.Floats(n.Means.flatten()) : [], norms is { } g ? TorchMemory.Floats(g.Gains.flatten()) : []));
        }

        return parts;
    }

    /// <summary>x' of x [rows, n], and μ and σ [rows, 1]; x itself where rows are not normalised.</summary>
    private (Tensor X, (Tensor Means, Tensor Gains)? Norms) Normalised(Tensor x)
    {
        switch (_dictionary.Normalisation)
        {
            case RowNormalisation.LayerNorm:
                var means = x.mean([1], keepdim: true);
                var centred = x.add(means, Scalars.MinusOne);
                var deviations = centred.square().sum(1, keepdim: true).div_(Scalars.Of(Math.Max(1, x.shape[1] - 1))).sqrt_();
                return (centred.div_(deviations.clone().add_(Scalars.Of(RowNormaliser.Epsilon), Scalars.One)), (means, deviations));
            case RowNormalisation.Norm:
                var gains = x.square().sum(1, keepdim: true).div_(Scalars.Of(x.shape[1])).sqrt_();
                // A vector of zeros stays one.
                return (x.div(gains.clamp_min(Scalars.Of(float.Epsilon))), (zeros_like(gains), gains));
            default:
                return (x, null);
        }
    }

    private Tensor Activations(Tensor x)
    {
        if (_dictionary.Pursuit is { } pursuit)
        {
            return Pursue(x.add(_bDec, Scalars.MinusOne), pursuit);
        }

        var pre = _backend.Products.Affine(_bEnc, _dictionary.IsTranscoder ? x : x.add(_bDec, Scalars.MinusOne), _wEnc.t());
        return _dictionary.Activation switch
        {
            DictionaryActivation.TopK => TorchVariant.Largest(pre, _dictionary.K),
            DictionaryActivation.JumpRelu => pre.mul(pre.gt(_threshold!)).relu_(),
            DictionaryActivation.Gated => pre.add(_bEnc, Scalars.MinusOne).mul_(_gains!).add_(_magnitudeBias!, Scalars.One).relu_().mul_(pre.gt(Scalars.Zero)),
            _ => pre.relu_(),
        };
    }

    /// <summary>f [rows, m] by matching pursuit.</summary>
    /// <param name="residual">[rows, n]: r = x − b_dec, whose memory is taken over.</param>
    /// <param name="pursuit">When it ends.</param>
    private Tensor Pursue(Tensor residual, PursuitShape pursuit)
    {
        var f = zeros(residual.shape[0], _dictionary.Features, dtype: float32, device: residual.device);
        var open = ones(residual.shape[0], 1, dtype: @bool, device: residual.device);
        for (var step = 0; step < pursuit.MaxIterations; step++)
        {
            using var scope = NewDisposeScope();
            var at = _backend.Products.Multiply(residual, _wEnc.t()).argmax(1, keepdim: true);
            var chosen = _wEnc.index_select(0, at.flatten());
            var values = residual.mul(chosen).sum(1, keepdim: true).relu_();
            // A step that finds nothing above 0 is the last: r stays as it is.
            var goesOn = open.logical_and(values.gt(Scalars.Zero));
            var added = values.mul(goesOn);
            var repeats = f.gather(1, at).gt(Scalars.Zero);
            f.scatter_add_(1, at, added);
            residual.add_(chosen.mul(added), Scalars.MinusOne);
            if (pursuit.StopsOnRepeat)
            {
                goesOn = goesOn.logical_and(repeats.logical_not());
            }

            if (pursuit.ResidualThreshold > 0)
            {
                goesOn = goesOn.logical_and(residual.square().sum(1, keepdim: true).sqrt_().ge(Scalars.Of(pursuit.ResidualThreshold)));
            }

            open.copy_(goesOn);
            if (!open.any().item<bool>())
            {
                break;
            }
        }

        return f;
    }

    private sealed record Part(int[] Counts, int[] Features, float[] Values, float[] Means, float[] Gains);
}
