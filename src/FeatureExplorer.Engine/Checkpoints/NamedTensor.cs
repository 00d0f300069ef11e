using System.Runtime.InteropServices;

namespace FeatureExplorer.Engine.Checkpoints;

/// <summary>A tensor to be written: a view of floats or whole numbers, row-major, that its owner keeps alive and unchanged meanwhile.</summary>
public sealed unsafe class NamedTensor
{
    private readonly float* _pointer;
    private readonly float[]? _array;
    private readonly long[]? _integers;
    private readonly int[]? _words;
    private readonly FloatReader? _reader;

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

    private NamedTensor(long[] integers, string name, long[] shape)
        : this(name, (float*)null, shape)
    {
        if (integers.Length != Length)
        {
            throw new ArgumentException($"Tensor {name}: {integers.Length} values do not fill the shape [{string.Join(", ", shape)}].", nameof(integers));
        }
        _integers = integers;
    }

    private NamedTensor(int[] words, string name, long[] shape)
        : this(name, (float*)null, shape) =>
        _words = words.Length == Length ? words : throw new ArgumentException($"Tensor {name}: {words.Length} values do not fill the shape [{string.Join(", ", shape)}].", nameof(words));

    private NamedTensor(FloatReader reader, string name, long[] shape)
        : this(name, (float*)null, shape) => _reader = reader;

    /// <summary>Copies the floats [start, start + the span's length) of a tensor.</summary>
    public delegate void FloatReader(long start, Span<float> to);

    public string Name { get; }

    /// <summary>F32, I64 or I32.</summary>
    public string DataType => _integers is not null ? "I64" : _words is not null ? "I32" : "F32";

    public IReadOnlyList<long> Shape { get; }

    /// <summary>Number of elements.</summary>
    public long Length { get; }

    /// <summary>Size in bytes.</summary>
    public long Bytes => Length * (_integers is null ? sizeof(float) : sizeof(long));

    /// <summary>A tensor of whole numbers.</summary>
    /// <param name="name">Unique in its file.</param>
    /// <param name="data">As many as the product of <paramref name="shape"/>.</param>
    /// <param name="shape">Dimensions, the outermost first.</param>
    public static NamedTensor Integers(string name, long[] data, params long[] shape)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new NamedTensor(data, name, shape);
    }

    /// <summary>The same in 32 bits each.</summary>
    /// <param name="name">Unique in its file.</param>
    /// <param name="data">As many as the product of <paramref name="shape"/>; of a scalar, which has no dimensions, one.</param>
    /// <param name="shape">Dimensions, the outermost first.</param>
    public static NamedTensor Integers(string name, int[] data, params long[] shape)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new NamedTensor(data, name, shape);
    }

    /// <summary>A tensor of floats that lie in no array: they are asked for when they are written.</summary>
    /// <param name="name">Unique in its file.</param>
    /// <param name="reader">Is asked for all of them in order, some at a time.</param>
    /// <param name="shape">Dimensions, the outermost first.</param>
    public static NamedTensor Floats(string name, FloatReader reader, params long[] shape)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return new NamedTensor(reader, name, shape);
    }

    /// <summary>The raw little-endian bytes, in pieces of at most 1 MiB.</summary>
    internal void ForEachPiece(Action<ReadOnlyMemory<byte>> use)
    {
        var buffer = new byte[Math.Min(Bytes, 1 << 20)];
        for (long start = 0; start < Bytes;)
        {
            var count = (int)Math.Min(Bytes - start, buffer.Length);
            CopyTo(start, buffer.AsSpan(0, count));
            use(buffer.AsMemory(0, count));
            start += count;
        }
    }

    /// <summary>The bytes of the data from one on, as many as fit; both numbers are multiples of an element's size.</summary>
    private void CopyTo(long start, Span<byte> bytes)
    {
        if (_integers is not null)
        {
            MemoryMarshal.AsBytes(_integers.AsSpan((int)(start / sizeof(long)), bytes.Length / sizeof(long))).CopyTo(bytes);
            return;
        }

        if (_words is not null)
        {
            MemoryMarshal.AsBytes(_words.AsSpan((int)(start / sizeof(int)), bytes.Length / sizeof(int))).CopyTo(bytes);
            return;
        }

        var first = start / sizeof(float);
        var to = MemoryMarshal.Cast<byte, float>(bytes);
        if (_reader is not null)
        {
            _reader(first, to);
        }
        else
        {
            (_array is null ? new ReadOnlySpan<float>(_pointer + first, to.Length) : _array.AsSpan((int)first, to.Length)).CopyTo(to);
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
