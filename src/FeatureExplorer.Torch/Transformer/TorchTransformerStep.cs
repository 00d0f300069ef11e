using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Training;
using FeatureExplorer.Torch.Library;
using static TorchSharp.torch;

namespace FeatureExplorer.Torch.Transformer;

/// <summary>
/// One training step of a transformer: automatic differentiation through the layers; the unembedding and its cross-entropy by hand and in parts, because
/// differentiation would keep three tensors of [rows, vocabulary].
/// </summary>
internal sealed unsafe class TorchTransformerStep : ITransformerStep
{
    private readonly TorchBackend _backend;
    private readonly TransformerModel _host;
    private readonly TransformerTrainingOptions _options;
    private readonly TorchModel _model;
    private readonly Tensor[] _gradients;
    private readonly Tensor[] _first;
    private readonly Tensor[] _second;
    private readonly Lazy<TransformerParameters> _hostFirst;
    private readonly Lazy<TransformerParameters> _hostSecond;
    private double _norm;

    public TorchTransformerStep(TorchBackend backend, TransformerModel model, TransformerTrainingOptions options)
    {
        model.Config.CheckTrainable();
        (_backend, _host, _options, PartBytes) = (backend, model, options, backend.PartBytes);
        _model = new TorchModel(backend, model, training: true);
        _gradients = Zeros();
        _first = Zeros();
        _second = Zeros();
        _hostFirst = new Lazy<TransformerParameters>(() => new TransformerParameters(model.Config));
        _hostSecond = new Lazy<TransformerParameters>(() => new TransformerParameters(model.Config));
    }

    /// <summary>Device memory for the logits of a part; halved each time that the device has less.</summary>
    public long PartBytes { get; set; }

    /// <summary>In the order of the parameters.</summary>
    public IReadOnlyList<Tensor> Gradients => _gradients;

    public (double Loss, double Norm) ComputeGradient(ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets, int windows, int length)
    {
        _host.CheckBatch(tokens.Length, windows, length, windows);
        _host.CheckTokens(tokens);
        _host.CheckTokens(targets);
        using var scope = NewDisposeScope();
        var (x, y) = (TorchMemory.Upload(tokens, _model.Device), TorchMemory.Upload(targets, _model.Device));
        var (loss, norm) = TorchOutOfMemoryException.Retry(() => Compute(x, y, length), () => Shrink((int)x.shape[0]), () =>
            $"{_backend.Info.Device} has too little memory for a step of {windows} windows of {length} tokens: use fewer windows in a batch, a smaller model, or another device.");
        _norm = norm;
        return (loss, norm);
    }

    public void Update(float learningRate, long step)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var scale = _norm > _options.ClipNorm ? (float)(_options.ClipNorm / _norm) : 1;
        for (var i = 0; i < _gradients.Length; i++)
        {
            var item = _model.Items[i];
            var settings = new AdamSettings(learningRate, _options.Beta1, _options.Beta2, _options.Epsilon, item.IsMatrix ? _options.WeightDecay : 0);
            TorchAdam.Step(_model[item.Name], _gradients[i], _first[i], _second[i], settings, step, scale);
        }
    }

    public void Publish() => _model.Store(_host.Parameters);

    public IReadOnlyList<NamedTensor> Moments(string first, string second) => [.. Download(_first, _hostFirst.Value, first), .. Download(_second, _hostSecond.Value, second)];

    public void Restore(SafetensorsFile file, string first, string second)
    {
        _model.Load(_host.Parameters);
        _hostFirst.Value.Read(file, first);
        _hostSecond.Value.Read(file, second);
        Upload(_hostFirst.Value, _first);
        Upload(_hostSecond.Value, _second);
    }

    public void Dispose()
    {
        _model.Dispose();
        foreach (var tensor in (Tensor[])[.. _gradients, .. _first, .. _second])
        {
            tensor.Dispose();
        }

        foreach (var host in new[] { _hostFirst, _hostSecond }.Where(static host => host.IsValueCreated))
        {
            host.Value.Dispose();
        }
    }

    private Tensor[] Zeros() => [.. _model.Items.Select(item => zeros_like(_model[item.Name], requires_grad: false))];

    private bool Shrink(int rows)
    {
        var part = RowsOfAPart(rows);
        PartBytes = (long)Math.Max(1, part / 2) * _host.Config.VocabularySize * sizeof(float);
        return part > 1;
    }

    private int RowsOfAPart(int rows) => (int)Math.Clamp(PartBytes / ((long)_host.Config.VocabularySize * sizeof(float)), 1, rows);

    private (double Loss, double Norm) Compute(Tensor tokens, Tensor targets, int length)
    {
        using var scope = NewDisposeScope();
        foreach (var item in _model.Items)
        {
            _model[item.Name].grad?.zero_();
        }

        var stream = _model.Embed(tokens, length);
        for (var layer = 0; layer < _host.Config.Layers; layer++)
        {
            stream = _model.Layer(stream, layer, length);
        }

        var state = _model.FinalNorm(stream);
        var (losses, stateGradient, headGradient) = Head(state, targets);
        state.backward([stateGradient]);
        using var off = no_grad();
        var squares = new List<Tensor>();
        for (var i = 0; i < _gradients.Length; i++)
        {
            var name = _model.Items[i].Name;
            _gradients[i].copy_(name == "lm_head.weight" ? headGradient : _model[name].grad!);
            if (name == "wte.weight" && _host.Config.Architecture.TiedUnembedding)
            {
                _gradients[i].add_(headGradient, Scalars.One);
            }

            squares.Add(_gradients[i].mul(_gradients[i]).sum());
        }

        // One wait for the device in a step.
        var host = TorchMemory.Floats(cat([losses, stack(squares)]));
        var parts = (int)losses.NumberOfElements;
        return (host.Take(parts).Sum(static loss => (double)loss) / tokens.shape[0], Math.Sqrt(host.Skip(parts).Sum(static square => (double)square)));
    }

    /// <summary>Σ of the losses of each part, and the gradients of the mean loss by the state [rows, d] and by the unembedding [vocabulary, d].</summary>
    private (Tensor Losses, Tensor State, Tensor Head) Head(Tensor state, Tensor targets)
    {
        using var off = no_grad();
        var weight = _model["lm_head.weight"];
        var rows = (int)state.shape[0];
        var part = RowsOfAPart(rows);
        var (h, stateGradient, headGradient) = (state.detach(), empty_like(state), zeros_like(weight, requires_grad: false));
        var losses = new List<Tensor>();
        for (var first = 0; first < rows; first += part)
        {
            using var inner = NewDisposeScope();
            var count = Math.Min(part, rows - first);
            var (input, target) = (h.narrow(0, first, count), targets.narrow(0, first, count).unsqueeze(1));
            var log = _model.Logits(input).log_softmax(1);
            losses.Add(log.gather(1, target).sum().neg().MoveToOuterDisposeScope());
            var d = log.exp_();
            d.scatter_add_(1, target, full_like(target, Scalars.Of(-1f), dtype: float32)).mul_(Scalars.Of(1f / rows));
            stateGradient.narrow(0, first, count).copy_(_backend.Products.Multiply(d, weight));
            _backend.Products.Add(headGradient, d.t(), input);
        }

        return (stack(losses), stateGradient, headGradient);
    }

    private IReadOnlyList<NamedTensor> Download(Tensor[] tensors, TransformerParameters host, string prefix)
    {
        for (var i = 0; i < tensors.Length; i++)
        {
            TorchMemory.Download(tensors[i], host.Pointer + _model.Items[i].Offset);
        }

        return host.Tensors(prefix);
    }

    private void Upload(TransformerParameters host, Tensor[] tensors)
    {
        using var off = no_grad();
        for (var i = 0; i < tensors.Length; i++)
        {
            var item = _model.Items[i];
            using var value = TorchMemory.Upload(host.Pointer + item.Offset, _model.Device, [.. item.Shape.Select(static extent => (long)extent)]);
            tensors[i].copy_(value);
        }
    }
}
