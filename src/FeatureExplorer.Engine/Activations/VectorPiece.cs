using System.Numerics.Tensors;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Activations;

/// <summary>
/// Numbers of vectors that wait for a reader: in single precision, or in half where that keeps them to the last bit, as it does those of a model's stream.
/// May have several holders, on one thread, each of which disposes it.
/// </summary>
internal sealed unsafe class VectorPiece(int length) : IDisposable
{
    private FloatBuffer? _single = new(length);
    private FloatBuffer? _half;
    private int _holders = 1;

    /// <summary>Number of floats.</summary>
    public int Length => length;

    /// <summary>Whether they take two bytes each.</summary>
    public bool IsHalf => _half is not null;

    /// <summary>[Length] where the numbers are written; null once they are in half precision.</summary>
    public float* Single => _single is null ? null : _single.Pointer;

    /// <summary>Whether it has several holders.</summary>
    public bool IsShared => _holders > 1;

    /// <summary>The same piece for one more holder; it is not written to from then on.</summary>
    public VectorPiece Share()
    {
        _holders++;
        return this;
    }

    /// <summary>Goes over to half precision, if no bit is lost.</summary>
    public void Shrink()
    {
        if (_single is null)
        {
            return;
        }

        _half = new FloatBuffer((length + 1) / 2);
        TensorPrimitives.ConvertToHalf(_single.Span(), Halves);
        var back = new float[Math.Min(length, 1 << 14)];
        for (var start = 0; start < length; start += back.Length)
        {
            var count = Math.Min(back.Length, length - start);
            TensorPrimitives.ConvertToSingle(Halves.Slice(start, count), back);
            // As bits: −0 is not 0, and not-a-number is itself.
            if (!AsBits(back.AsSpan(0, count)).SequenceEqual(AsBits(_single.Span(start, count))))
            {
                _half.Dispose();
                _half = null;
                return;
            }
        }

        _single.Dispose();
        _single = null;
    }

    /// <summary>Copies the numbers [start, start + the span's length).</summary>
    public void CopyTo(int start, Span<float> to)
    {
        if (_single is not null)
        {
            _single.Span(start, to.Length).CopyTo(to);
        }
        else
        {
            TensorPrimitives.ConvertToSingle(Halves.Slice(start, to.Length), to);
        }
    }

    public void Dispose()
    {
        if (--_holders > 0)
        {
            return;
        }

        _single?.Dispose();
        _half?.Dispose();
    }

    private Span<Half> Halves => new(_half!.Pointer, length);

    private static ReadOnlySpan<int> AsBits(Span<float> floats) => System.Runtime.InteropServices.MemoryMarshal.Cast<float, int>(floats);
}
