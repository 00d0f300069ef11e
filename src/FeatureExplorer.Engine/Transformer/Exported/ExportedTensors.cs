using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.Transformer.Exported;

/// <summary>A model's weights as another tool orders them, computed when they are written: nothing is held in memory twice.</summary>
/// <param name="model">The weights.</param>
internal sealed unsafe class ExportedTensors(TransformerModel model)
{
    private readonly TransformerParameters _parameters = model.Parameters;

    /// <summary>In the order in which they were added.</summary>
    public List<NamedTensor> Items { get; } = [];

    private TransformerConfig Config => model.Config;

    /// <summary>As it lies here.</summary>
    public void Copy(string name, string source, params long[] shape) => Items.Add(new NamedTensor(name, _parameters[source], shape));

    /// <summary>Gain and bias of a norm; of an RMSNorm the gain.</summary>
    public void Norm(string name, string source)
    {
        Copy(name + ".weight", source + ".weight", Config.DModel);
        if (Config.Architecture.Norm == NormKind.LayerNorm)
        {
            Copy(name + ".bias", source + ".bias", Config.DModel);
        }
    }

    /// <summary>A linear layer, its matrix [outputs, inputs]; a bias that the model does not have is written as zeros.</summary>
    public void Linear(string name, string source, int inputs, int outputs, bool bias)
    {
        Turned(name + ".weight", source + ".weight", inputs, outputs, [.. Enumerable.Range(0, outputs)]);
        if (bias)
        {
            Copy(name + ".bias", source + ".bias", outputs);
        }
    }

    /// <summary>Some columns of queries, keys and values, as rows: [columns, d], and their biases.</summary>
    public void Attention(string name, int layer, int[] columns, bool bias, float scale = 1)
    {
        var source = $"h.{layer}.attn.c_attn";
        Turned(name + ".weight", source + ".weight", Config.DModel, 3 * Config.AttentionWidth, columns, scale);
        if (bias)
        {
            var values = _parameters[source + ".bias"];
            float[] picked = [.. columns.Select(column => values[column] * scale)];
            Items.Add(new NamedTensor(name + ".bias", picked, picked.Length));
        }
    }

    /// <summary>The columns of queries (0), keys (1) or values (2).</summary>
    public int[] ColumnsOf(int part) => [.. Enumerable.Range(part * Config.AttentionWidth, Config.AttentionWidth)];

    private void Turned(string name, string source, int inputs, int stride, int[] columns, float scale = 1)
    {
        var values = _parameters[source];
        Items.Add(NamedTensor.Floats(
            name,
            (start, span) =>
            {
                var (row, column) = ((int)(start / inputs), (int)(start % inputs));
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = scale * values[((nint)column * stride) + columns[row]];
                    if (++column == inputs)
                    {
                        (row, column) = (row + 1, 0);
                    }
                }
            },
            columns.Length, inputs));
    }
}
