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
    private readonly Dictionary<string, ParameterInfo> _byName;

    /// <summary>All zeros.</summary>
    public TransformerParameters(TransformerConfig config)
    {
        config.Validate();
        Items = Layout(config);
        _byName = Items.ToDictionary(item => item.Name);
        _values = new FloatBuffer(Aligned(Items[^1].Offset + Items[^1].Length));
    }

    /// <summary>In the order of the allocation.</summary>
    public IReadOnlyList<ParameterInfo> Items { get; }

    /// <summary>The allocation; between the tensors lie unused zeros that align the next to 64 bytes.</summary>
    public float* Pointer => _values.Pointer;

    /// <summary>Floats in the allocation, unused ones included.</summary>
    public long Length => _values.Length;

    /// <summary>Number of parameters proper.</summary>
    public long Count => Items.Sum(item => (long)item.Length);

    /// <summary>The tensor of that name.</summary>
    public float* this[string name] => Pointer + _byName[name].Offset;

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

    public void Dispose() => _values.Dispose();

    private static List<ParameterInfo> Layout(TransformerConfig config)
    {
        var (d, mlp) = (config.DModel, config.DMlp);
        var items = new List<ParameterInfo>();
        long offset = 0;
        void Add(string name, params int[] shape)
        {
            items.Add(new ParameterInfo(name, shape, offset));
            offset = Aligned(offset + items[^1].Length);
        }
        Add("wte.weight", config.VocabularySize, d);
        Add("wpe.weight", config.Context, d);
        for (var layer = 0; layer < config.Layers; layer++)
        {
            Add($"h.{layer}.ln_1.weight", d);
            Add($"h.{layer}.ln_1.bias", d);
            Add($"h.{layer}.attn.c_attn.weight", d, 3 * d);
            Add($"h.{layer}.attn.c_attn.bias", 3 * d);
            Add($"h.{layer}.attn.c_proj.weight", d, d);
            Add($"h.{layer}.attn.c_proj.bias", d);
            Add($"h.{layer}.ln_2.weight", d);
            Add($"h.{layer}.ln_2.bias", d);
            Add($"h.{layer}.mlp.c_fc.weight", d, mlp);
            Add($"h.{layer}.mlp.c_fc.bias", mlp);
            Add($"h.{layer}.mlp.c_proj.weight", mlp, d);
            Add($"h.{layer}.mlp.c_proj.bias", d);
        }
        Add("ln_f.weight", d);
        Add("ln_f.bias", d);
        Add("lm_head.weight", config.VocabularySize, d);
        return items;
    }

    private static long Aligned(long offset) => (offset + 15) / 16 * 16;
}
