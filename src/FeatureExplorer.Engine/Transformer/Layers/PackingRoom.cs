using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>
/// Memory in which the matrices of one layer lie packed for products, one layer after the other. A large model takes little more than its weights then; each
/// pass packs every layer anew, which for a batch of a thousand tokens is about a thousandth of the work.
/// </summary>
internal sealed unsafe class PackingRoom : IDisposable
{
    private FloatBuffer? _buffer;
    private long _reserved;
    private long _most;

    /// <summary>To be called before the matrices of each layer are reserved: they begin where those of the last one began.</summary>
    public void NextLayer() => _reserved = 0;

    /// <summary>Keeps room for a matrix of the current layer, and says where it begins.</summary>
    /// <param name="length">Its numbers.</param>
    public long Reserve(long length)
    {
        if (_buffer is not null)
        {
            throw new InvalidOperationException("Room is reserved before the first matrix is packed.");
        }

        var start = _reserved;
        _reserved += length;
        _most = Math.Max(_most, _reserved);
        return start;
    }

    /// <summary>Where a reserved matrix lies.</summary>
    public float* At(long start) => (_buffer ??= new FloatBuffer(_most)).Pointer + start;

    public void Dispose() => _buffer?.Dispose();
}
