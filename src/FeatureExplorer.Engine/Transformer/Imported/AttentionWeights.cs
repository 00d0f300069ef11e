using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer.Imported;

/// <summary>
/// Puts queries, keys and values into the matrix of all three, [d, 3 · heads · size], whatever their order in a file: heads that share a key are given it each,
/// rotary pairs that lie side by side are brought half a head apart, and scores that are not divided by √size get queries that are larger by √size.
/// </summary>
internal sealed unsafe class AttentionWeights(TransformerModel model, int layer)
{
    private readonly int _size = model.Config.HeadSize;
    private readonly int _heads = model.Config.Heads;
    private readonly int _width = model.Config.AttentionWidth;
    private readonly float* _weight = model.Parameters[$"h.{layer}.attn.c_attn.weight"];
    private readonly float* _bias = model.Parameters[$"h.{layer}.attn.c_attn.bias"];
    private readonly bool _hasBias = model.Config.Architecture.Biases;

    /// <summary>The queries are multiplied by it.</summary>
    public float QueryScale { get; init; } = 1;

    /// <summary>Rotary pairs lie side by side in the file: coordinates 2i and 2i + 1.</summary>
    public bool Interleaved { get; init; }

    /// <summary>Puts the columns of a part.</summary>
    /// <param name="part">0: queries, 1: keys, 2: values.</param>
    /// <param name="columns">[d, its heads · size].</param>
    /// <param name="heads">Its heads in the file: as many as the model's, or a divisor.</param>
    public void Put(int part, float* columns, int heads)
    {
        for (var row = 0; row < model.Config.DModel; row++)
        {
            PutRow(part, columns + ((nint)row * heads * _size), heads, _weight + ((nint)row * 3 * _width));
        }
    }

    /// <summary>Puts the bias of a part, [its heads · size].</summary>
    public void PutBias(int part, float* bias, int heads)
    {
        if (_hasBias)
        {
            PutRow(part, bias, heads, _bias);
        }
    }

    /// <summary>Reads a part that the file has as a matrix [its heads · size, d] and, where it is there, its bias.</summary>
    public void Read(TensorSet tensors, int part, string name, int heads)
    {
        using var columns = new FloatBuffer((long)model.Config.DModel * heads * _size);
        tensors.ReadTransposed(name + ".weight", columns.Pointer, model.Config.DModel, heads * _size);
        Put(part, columns.Pointer, heads);
        if (tensors.Contains(name + ".bias"))
        {
            using var bias = new FloatBuffer((long)heads * _size);
            tensors.Read(name + ".bias", bias.Pointer, heads * _size);
            PutBias(part, bias.Pointer, heads);
        }
    }

    private void PutRow(int part, float* source, int heads, float* target)
    {
        target += part * _width;
        for (var head = 0; head < _heads; head++, target += _size)
        {
            var from = source + (head * heads / _heads * _size);
            for (var i = 0; i < _size; i++)
            {
                target[i] = from[Interleaved && part < 2 ? Pair(i) : i] * (part == 0 ? QueryScale : 1);
            }
        }
    }

    /// <summary>Where coordinate i lies among pairs that stand side by side.</summary>
    private int Pair(int i) => i < _size / 2 ? 2 * i : (2 * (i - (_size / 2))) + 1;
}
