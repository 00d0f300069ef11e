using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Torch.Library;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FeatureExplorer.Torch.Transformer;

/// <summary>A model's forward pass on a device, over named parameters [inputs, outputs] as the engine stores them. Rows are [windows · length].</summary>
internal sealed unsafe class TorchModel : IDisposable
{
    private readonly Products _products;
    private readonly Dictionary<string, Tensor> _parameters = [];
    private readonly ModelArchitecture _architecture;
    private readonly Tensor? _cosines;
    private readonly Tensor? _sines;
    private readonly Dictionary<(int Length, int Window), Tensor> _masks = [];
    private (Tensor Keys, Tensor Values)[] _start = [];

    /// <param name="backend">Where.</param>
    /// <param name="model">Its parameters are copied.</param>
    /// <param name="training">Whether gradients of the parameters are wanted.</param>
    public TorchModel(TorchBackend backend, TransformerModel model, bool training)
    {
        (_products, Device, Config, Items) = (backend.Products, backend.Device, model.Config, model.Parameters.Items);
        foreach (var item in Items)
        {
            var value = TorchMemory.Upload(model.Parameters.Pointer + item.Offset, Device, [.. item.Shape.Select(static extent => (long)extent)]);
            _parameters[item.Name] = training ? new Parameter(value) : value;
        }

        _architecture = Config.Architecture;
        if (_architecture.Rotary is { } rotary)
        {
            (_cosines, _sines) = Angles(rotary, Config.Context + 1);
        }

        ReadStart();
    }

    public Device Device { get; }

    public TransformerConfig Config { get; }

    public IReadOnlyList<ParameterInfo> Items { get; }

    /// <summary>A parameter; a tied unembedding is the token embedding.</summary>
    public Tensor this[string name] => _parameters.TryGetValue(name, out var parameter) ? parameter
        : name == "lm_head.weight" ? _parameters["wte.weight"] : throw new KeyNotFoundException($"The model has no tensor {name}.");

    /// <summary>Takes the parameters of the model anew.</summary>
    public void Load(TransformerParameters host)
    {
        using var off = no_grad();
        foreach (var item in Items)
        {
            using var value = TorchMemory.Upload(host.Pointer + item.Offset, Device, [.. item.Shape.Select(static extent => (long)extent)]);
            _parameters[item.Name].copy_(value);
        }

        ReadStart();
    }

    /// <summary>Copies the parameters into the engine's.</summary>
    public void Store(TransformerParameters host)
    {
        foreach (var item in Items)
        {
            TorchMemory.Download(_parameters[item.Name], host.Pointer + item.Offset);
        }
    }

    /// <summary>The residual stream before the first layer, [rows, d].</summary>
    /// <param name="tokens">[rows].</param>
    /// <param name="length">Tokens of a window.</param>
    public Tensor Embed(Tensor tokens, int length) => Embed(tokens, length, _start.Length == 0 ? 0 : 1);

    /// <summary>A whole layer.</summary>
    public Tensor Layer(Tensor stream, int layer, int length)
    {
        var middle = Attention(stream, layer, length);
        return middle.add(FromNeurons(Neurons(stream, middle, layer), layer), Scalars.One);
    }

    /// <summary>The stream after a layer's attention.</summary>
    public Tensor Attention(Tensor stream, int layer, int length) => Attention(stream, layer, length, _start.Length == 0 ? null : _start[layer], out _, out _);

    /// <summary>A layer's neurons after their function.</summary>
    /// <param name="stream">Before the layer, which a parallel layer's neurons read.</param>
    /// <param name="middle">After its attention, which others read.</param>
    /// <param name="layer">From 0.</param>
    public Tensor Neurons(Tensor stream, Tensor middle, int layer)
    {
        var x = Norm(_architecture.Parallel ? stream : middle, $"h.{layer}.ln_2");
        var up = Linear(x, $"h.{layer}.mlp.c_fc");
        return _architecture.Gated ? Function(Linear(x, $"h.{layer}.mlp.c_gate")).mul(up) : Function(up);
    }

    /// <summary>What a layer's neurons read, or its norm does; in a parallel layer the norm reads the stream before the layer.</summary>
    /// <param name="site">Which of the three.</param>
    /// <param name="stream">Before the layer.</param>
    /// <param name="middle">After its attention.</param>
    public Tensor NeuronInput(Site site, Tensor stream, Tensor middle)
    {
        var read = _architecture.Parallel ? stream : middle;
        return site.Kind switch
        {
            SiteKind.MlpIn => Norm(read, $"h.{site.Layer}.ln_2"),
            SiteKind.MlpNorm when _architecture.Norm == NormKind.RmsNorm => Normalised(read),
            SiteKind.MlpNorm => functional.layer_norm(read, [Config.DModel], eps: Config.LayerNormEpsilon),
            _ => read,
        };
    }

    /// <summary>What a layer's neurons add to the stream.</summary>
    public Tensor FromNeurons(Tensor neurons, int layer) => Linear(neurons, $"h.{layer}.mlp.c_proj");

    /// <summary>The last layer norm.</summary>
    public Tensor FinalNorm(Tensor stream) => Norm(stream, "ln_f");

    /// <summary>Logits [rows, vocabulary] from the last layer norm's output.</summary>
    public Tensor Logits(Tensor state) => WithBias(_products.Multiply(state, this["lm_head.weight"].t()));

    /// <summary>The same in float32 whatever the precision.</summary>
    public Tensor ExactLogits(Tensor state)
    {
        using var exact = Products.Exact();
        return WithBias(mm(state, this["lm_head.weight"].t()));
    }

    public void Dispose()
    {
        foreach (var parameter in _parameters.Values)
        {
            parameter.Dispose();
        }

        foreach (var tensor in (Tensor?[])[_cosines, _sines, .. _masks.Values, .. _start.SelectMany(static start => new[] { start.Keys, start.Values })])
        {
            tensor?.Dispose();
        }
    }

    private Tensor WithBias(Tensor logits) => _architecture.UnembeddingBias ? logits.add(this["lm_head.bias"], Scalars.One) : logits;

    private Tensor Embed(Tensor tokens, int length, int position)
    {
        var x = this["wte.weight"].index_select(0, tokens);
        return _architecture.Rotary is not null ? x : x.view(-1, length, Config.DModel).add(this["wpe.weight"].narrow(0, position, length), Scalars.One).view(-1, Config.DModel);
    }

    private Tensor Linear(Tensor x, string name) => _architecture.Biases
        ? _products.Affine(this[name + ".bias"], x, this[name + ".weight"])
        : _products.Multiply(x, this[name + ".weight"]);

    private Tensor Function(Tensor x) => _architecture.Neurons switch
    {
        NeuronKind.Relu => x.relu(),
        NeuronKind.Silu => functional.silu(x),
        // libtorch's own is the exact one; this is GPT-2's.
        NeuronKind.GeluTanh => x.mul(x.add(x.pow(Scalars.Of(3)), alpha: Scalars.Of(0.044715f)).mul(Scalars.Of(2 * MathF.Sqrt(2 / MathF.PI))).sigmoid()),
        _ => functional.gelu(x),
    };

    private Tensor Norm(Tensor x, string name) => _architecture.Norm == NormKind.RmsNorm
        ? RmsNorm(x, this[name + ".weight"])
        : functional.layer_norm(x, [Config.DModel], this[name + ".weight"], this[name + ".bias"], Config.LayerNormEpsilon);

    private Tensor RmsNorm(Tensor x, Tensor gain) => Normalised(x).mul(gain);

    private Tensor Normalised(Tensor x) => x.mul(x.mul(x).mean([-1], keepdim: true).add(Scalars.Of(Config.LayerNormEpsilon)).rsqrt());

    /// <summary>The stream after a layer's attention, which may begin with a start token's key and value [1, heads, 1, size].</summary>
    private Tensor Attention(Tensor stream, int layer, int length, (Tensor Keys, Tensor Values)? start, out Tensor k, out Tensor v)
    {
        var h = $"h.{layer}.";
        var parts = Linear(Norm(stream, h + "ln_1"), h + "attn.c_attn").view(-1, length, 3, Config.Heads, Config.HeadSize).permute(2, 0, 3, 1, 4);
        var (q, position) = (parts.select(0, 0), start is null ? 0 : 1);
        (k, v) = (parts.select(0, 1), parts.select(0, 2));
        if (_architecture.QueryKeyNorm)
        {
            (q, k) = (RmsNorm(q, this[h + "attn.q_norm.weight"]), RmsNorm(k, this[h + "attn.k_norm.weight"]));
        }

        if (_architecture.Rotary is not null)
        {
            (q, k) = (Turn(q, position, length), Turn(k, position, length));
        }

        var window = _architecture.WindowOf(layer);
        var (keys, values) = (k, v);
        if (start is var (first, firstValue))
        {
            long[] shape = [q.shape[0], Config.Heads, 1, Config.HeadSize];
            (keys, values) = (cat([first.expand(shape), k], 2), cat([firstValue.expand(shape), v], 2));
        }

        var attended = start is null && window == 0
            ? functional.scaled_dot_product_attention(q, keys, values, is_casual: true)
            : functional.scaled_dot_product_attention(q, keys, values, Mask(length, window));
        return stream.add(Linear(attended.transpose(1, 2).reshape(-1, Config.AttentionWidth), h + "attn.c_proj"), Scalars.One);
    }

    /// <summary>x: [windows, heads, length, size]; the first coordinates of each head are turned by the position's angles.</summary>
    private Tensor Turn(Tensor x, int position, int length)
    {
        var dimensions = _architecture.Rotary!.Dimensions;
        var (cosines, sines) = (_cosines!.narrow(0, position, length), _sines!.narrow(0, position, length));
        var (a, b) = (x.narrow(3, 0, dimensions / 2), x.narrow(3, dimensions / 2, dimensions / 2));
        var rest = x.narrow(3, dimensions, Config.HeadSize - dimensions);
        return cat([a.mul(cosines).sub(b.mul(sines)), b.mul(cosines).add(a.mul(sines)), rest], 3);
    }

    /// <summary>[length, keys], 0 where a query sees a key and −∞ where it does not; the keys are those of the queries, behind a start token's where there is one.</summary>
    private Tensor Mask(int length, int window)
    {
        if (!_masks.TryGetValue((length, window), out var mask))
        {
            var before = _start.Length == 0 ? 0 : 1;
            using var query = arange(before, length + before, device: Device).unsqueeze(1);
            using var key = arange(0, length + before, device: Device).unsqueeze(0);
            using var distance = query - key;
            using var hidden = window == 0 ? distance < 0 : (distance < 0).logical_or(distance >= window);
            mask = zeros(length, length + before, device: Device).masked_fill_(hidden, float.NegativeInfinity).DetachFromDisposeScope();
            _masks[(length, window)] = mask;
        }

        return mask;
    }

    /// <summary>Runs the start token alone through all layers and keeps its keys and values.</summary>
    private void ReadStart()
    {
        foreach (var (keys, values) in _start)
        {
            keys.Dispose();
            values.Dispose();
        }

        _start = [];
        if (Config.StartToken is not { } token)
        {
            return;
        }

        using var off = no_grad();
        using var scope = NewDisposeScope();
        var kept = new (Tensor, Tensor)[Config.Layers];
        var stream = Embed(TorchMemory.Upload([token], Device), 1, 0);
        for (var layer = 0; layer < Config.Layers; layer++)
        {
            var middle = Attention(stream, layer, 1, null, out var k, out var v);
            kept[layer] = (k.clone().DetachFromDisposeScope(), v.clone().DetachFromDisposeScope());
            stream = middle.add(FromNeurons(Neurons(stream, middle, layer), layer), Scalars.One);
        }

        _start = kept;
    }

    private (Tensor Cosines, Tensor Sines) Angles(RotaryPositions rotary, int positions)
    {
        var frequencies = rotary.Frequencies();
        var (cosines, sines) = (new float[positions * frequencies.Length], new float[positions * frequencies.Length]);
        for (var i = 0; i < cosines.Length; i++)
        {
            (sines[i], cosines[i]) = ((float, float))Math.SinCos(i / frequencies.Length * frequencies[i % frequencies.Length]);
        }

        fixed (float* c = cosines, s = sines)
        {
            return (TorchMemory.Upload(c, Device, positions, frequencies.Length), TorchMemory.Upload(s, Device, positions, frequencies.Length));
        }
    }
}
