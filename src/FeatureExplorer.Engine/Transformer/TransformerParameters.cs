using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer;

/// <summary>
/// All parameters of a transformer in one allocation with named views. Gradients and the optimiser's moments have the same form, so
/// that each of clipping, optimising, saving and checking is one loop.
/// </summary>
public sealed unsafe class TransformerParameters : IDisposable
{
    private readonly FloatBuffer _values;
    private readonly FloatBuffer _absent;
    private readonly Dictionary<string, ParameterInfo> _byName;

    /// <summary>All zeros.</summary>
    public TransformerParameters(TransformerConfig config)
    {
        config.Validate();
        Items = Layout(config);
        _byName = Items.ToDictionary(item => item.Name);
        if (config.Architecture.TiedUnembedding)
        {
            _byName["lm_head.weight"] = _byName["wte.weight"];
        }

        _values = new FloatBuffer(Aligned(Items[^1].Offset + Items[^1].Length));
        _absent = new FloatBuffer(Math.Max(Math.Max(3 * config.AttentionWidth, config.DMlp), config.DModel));
    }

    /// <summary>In the order of the allocation.</summary>
    public IReadOnlyList<ParameterInfo> Items { get; }

    /// <summary>The allocation; between the tensors lie unused zeros that align the next to 64 bytes.</summary>
    public float* Pointer => _values.Pointer;

    /// <summary>Floats in the allocation, unused ones included.</summary>
    public long Length => _values.Length;

    /// <summary>Number of parameters proper.</summary>
    public long Count => Items.Sum(item => (long)item.Length);

    /// <summary>What the layers' weights take, bytes: all but the embeddings, the last norm and the unembedding.</summary>
    public long LayerBytes => Items.Where(static item => item.Name.StartsWith("h.", StringComparison.Ordinal)).Sum(static item => (long)item.Length) * sizeof(float);

    /// <summary>The tensor of that name; a tied unembedding is the token embedding. Of biases that the architecture does not have, a place that reads as zeros and belongs to none.</summary>
    public float* this[string name] => _byName.TryGetValue(name, out var item) ? Pointer + item.Offset
        : name.EndsWith(".bias", StringComparison.Ordinal) ? _absent.Pointer
        : throw new KeyNotFoundException($"The model has no tensor {name}.");

    /// <summary>[V], or null where the unembedding has no bias.</summary>
    public float* UnembeddingBias => Has("lm_head.bias") ? this["lm_head.bias"] : null;

    /// <summary>Whether the architecture has it.</summary>
    public bool Has(string name) => _byName.ContainsKey(name);

    public Span<float> Span(string name) => _values.Span(_byName[name].Offset, _byName[name].Length);

    /// <summary>Views for writing to a file and for checksums, the names prefixed.</summary>
    public IReadOnlyList<NamedTensor> Tensors(string prefix = "") =>
        [.. Items.Select(item => new NamedTensor(prefix + item.Name, Pointer + item.Offset, [.. item.Shape.Select(extent => (long)extent)]))];

    /// <summary>Reads every tensor from a file, names and shapes having to agree.</summary>
    public void Read(SafetensorsFile file, string prefix = "")
    {
        foreach (var item in Items)
        {
            file.Read(prefix + item.Name, Pointer + item.Offset, [.. item.Shape.Select(extent => (long)extent)]);
        }
    }

    /// <summary>Compares a file's tensors with the sizes that a configuration claims, before memory is taken for them.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing or has another shape.</exception>
    public static void Check(TransformerConfig config, SafetensorsFile file, string prefix, string configFile)
    {
        List<ParameterInfo> layout;
        try
        {
            layout = Layout(config);
        }
        catch (OverflowException exception)
        {
            throw new InvalidDataException($"{configFile} claims sizes that no model here can have: {config}.", exception);
        }

        foreach (var item in layout)
        {
            var info = file.Info(prefix + item.Name);
            if (!info.Shape.SequenceEqual(item.Shape.Select(static extent => (long)extent)))
            {
                throw new InvalidDataException(
                    $"By the sizes in {configFile} the tensor {info.Name} would be [{string.Join(", ", item.Shape)}]; in {file.FilePath} it is {info.ShapeText}.");
            }
        }
    }

    public void Dispose()
    {
        _values.Dispose();
        _absent.Dispose();
    }

    private static List<ParameterInfo> Layout(TransformerConfig config)
    {
        var (d, mlp, heads, a) = (config.DModel, config.DMlp, config.AttentionWidth, config.Architecture);
        var items = new List<ParameterInfo>();
        long offset = 0;
        void Add(string name, params int[] shape)
        {
            items.Add(new ParameterInfo(name, shape, offset));
            offset = Aligned(offset + items[^1].Length);
        }
        void AddNorm(string name, int width)
        {
            Add(name + ".weight", width);
            if (a.Norm == NormKind.LayerNorm)
            {
                Add(name + ".bias", width);
            }
        }
        void AddLinear(string name, int inputs, int outputs)
        {
            Add(name + ".weight", inputs, outputs);
            if (a.Biases)
            {
                Add(name + ".bias", outputs);
            }
        }
        Add("wte.weight", config.VocabularySize, d);
        if (config.Positions > 0)
        {
            Add("wpe.weight", config.Positions, d);
        }
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var h = $"h.{layer}.";
            AddNorm(h + "ln_1", d);
            AddLinear(h + "attn.c_attn", d, 3 * heads);
            if (a.QueryKeyNorm)
            {
                Add(h + "attn.q_norm.weight", config.HeadSize);
                Add(h + "attn.k_norm.weight", config.HeadSize);
            }
            AddLinear(h + "attn.c_proj", heads, d);
            AddNorm(h + "ln_2", d);
            if (a.Gated)
            {
                AddLinear(h + "mlp.c_gate", d, mlp);
            }
            AddLinear(h + "mlp.c_fc", d, mlp);
            AddLinear(h + "mlp.c_proj", mlp, d);
        }
        AddNorm("ln_f", d);
        if (!a.TiedUnembedding)
        {
            Add("lm_head.weight", config.VocabularySize, d);
        }
        if (a.UnembeddingBias)
        {
            Add("lm_head.bias", config.VocabularySize);
        }
        return items;
    }

    private static long Aligned(long offset) => (offset + 15) / 16 * 16;
}
