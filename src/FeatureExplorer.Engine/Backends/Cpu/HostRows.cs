using System.Numerics.Tensors;
using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Backends.Cpu;

/// <summary>Rows in the host's memory.</summary>
public sealed unsafe class HostRows : Rows
{
    private readonly FloatBuffer? _owned;

    /// <summary>Zeros.</summary>
    public HostRows(int count, int width)
    {
        (Count, Width) = (count, width);
        _owned = new FloatBuffer((long)count * width);
        Pointer = _owned.Pointer;
    }

    /// <summary>Vectors that lie in somebody else's memory.</summary>
    public HostRows(float* host, int count, int width)
    {
        Pointer = host;
        (Count, Width) = (count, width);
    }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override int Width { get; }

    /// <summary>[count, width].</summary>
    public float* Pointer { get; }

    /// <summary>The host memory of rows that a back end of the host made.</summary>
    /// <exception cref="ArgumentException">They are another back end's.</exception>
    public static float* Of(Rows rows) =>
        rows is HostRows host ? host.Pointer : throw new ArgumentException($"{rows?.GetType().Name ?? "null"} is of another back end.", nameof(rows));

    /// <inheritdoc/>
    public override void CopyFrom(float* host, int first, int count) =>
        Buffer.MemoryCopy(host, Pointer + ((nint)first * Width), Bytes(Count - first), Bytes(count));

    /// <inheritdoc/>
    public override void CopyTo(float* host, int first, int count) => Buffer.MemoryCopy(Pointer + ((nint)first * Width), host, Bytes(count), Bytes(count));

    /// <inheritdoc/>
    public override void CopyFrom(Rows source, int from, int first, int count) => CopyFrom(Of(source) + ((nint)from * Width), first, count);

    /// <inheritdoc/>
    public override void Fill(IActivationSource source, int count)
    {
        ArgumentNullException.ThrowIfNull(source);
        source.Read(Pointer, count);
    }

    /// <inheritdoc/>
    public override bool IsFinite(int count) => TensorPrimitives.IsFiniteAll<float>(new ReadOnlySpan<float>(Pointer, count * Width));

    /// <inheritdoc/>
    public override void Dispose() => _owned?.Dispose();

    private long Bytes(int count) => (long)count * Width * sizeof(float);
}
