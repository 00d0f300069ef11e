using System.Runtime.InteropServices;

namespace FeatureExplorer.Engine.Checkpoints;

/// <summary>A tensor to be written: a view of floats, row-major, that its owner keeps alive and unchanged meanwhile.</summary>
public sealed unsafe class NamedTensor
{
    private readonly float* _pointer;
    private readonly float[]? _array;

    /// <param name="name">Unique in its file.</param>
    /// <param name="data">As many floats as the product of <paramref name="shape"/>.</param>
    /// <param name="shape">Dimensions, the outermost first.</param>
    public NamedTensor(string name, float* data, params long[] shape)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        Shape = shape;
        _pointer = data;
        Length = Count(shape);
    }

    /// <inheritdoc cref="NamedTensor(string, float*, long[])"/>
    public NamedTensor(string name, float[] data, params long[] shape)
        : this(name, (float*)null, shape)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Length != Length)
        {
            throw new ArgumentException($"Tensor {name}: {data.Length} values do not fill the shape [{string.Join(", ", shape)}].", nameof(data));
        }
        _array = data;
    }

    public string Name { get; }

    public IReadOnlyList<long> Shape { get; }

    /// <summary>Number of floats.</summary>
    public long Length { get; }

    /// <summary>The raw little-endian bytes, in pieces of at most 1 MiB.</summary>
    internal void ForEachPiece(Action<ReadOnlyMemory<byte>> use)
    {
        var buffer = new byte[Math.Min(Length * sizeof(float), 1 << 20)];
        for (long start = 0; start < Length;)
        {
            var count = (int)Math.Min(Length - start, buffer.Length / sizeof(float));
            var floats = _array is null ? new ReadOnlySpan<float>(_pointer + start, count) : _array.AsSpan((int)start, count);
            MemoryMarshal.AsBytes(floats).CopyTo(buffer);
            use(buffer.AsMemory(0, count * sizeof(float)));
            start += count;
        }
    }

    private static long Count(long[] shape)
    {
        long count = 1;
        foreach (var extent in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(extent, nameof(shape));
            count = checked(count * extent);
        }
        return count;
    }
}
