using System.Runtime.InteropServices;

namespace FeatureExplorer.Engine.Numerics;

/// <summary>
/// Zeroed native memory for floats, 64-byte aligned: vector loads and stores never split a cache line, which the garbage collector's
/// own arrays (aligned to 16 bytes) cannot promise and which costs a tenth of a matrix product's speed.
/// </summary>
public sealed unsafe class FloatBuffer : IDisposable
{
    /// <summary>Floats that may be read and written beyond <see cref="Length"/>, so that vector code needs no tail.</summary>
    public const int Slack = 64;

    private const int Alignment = 64;

    /// <param name="length">Number of floats, at least 0.</param>
    public FloatBuffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        var bytes = checked((nuint)(length + Slack) * sizeof(float));
        Pointer = (float*)NativeMemory.AlignedAlloc(bytes, Alignment);
        NativeMemory.Clear(Pointer, bytes);
        GC.AddMemoryPressure((long)bytes);
    }

    ~FloatBuffer() => Free();

    /// <summary>Address of the first float; null after <see cref="Dispose"/>.</summary>
    public float* Pointer { get; private set; }

    /// <summary>Number of floats.</summary>
    public long Length { get; }

    /// <summary>All floats; only for buffers shorter than 2³¹.</summary>
    public Span<float> Span() => Span(0, checked((int)Length));

    /// <summary>The floats [start, start + length).</summary>
    public Span<float> Span(long start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + length, Length);
        return new Span<float>(Pointer + start, length);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (Pointer is null)
        {
            return;
        }

        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
        GC.RemoveMemoryPressure((Length + Slack) * sizeof(float));
    }
}
