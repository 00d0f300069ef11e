using System.Numerics.Tensors;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Activations;

/// <summary>Vectors in the host's memory, in single precision, or in half where that keeps them to the last bit, as it does those of a model's stream.</summary>
internal sealed unsafe class HostPiece(int length) : VectorPiece(length)
{
    private FloatBuffer? _single = new(length);
    private FloatBuffer? _half;

    /// <inheritdoc/>
    public override bool IsHalf => _half is not null;

    /// <summary>[Length] where the numbers are written; null once they are in half precision.</summary>
    public float* Single => _single is null ? null : _single.Pointer;

    /// <inheritdoc/>
    public override void Shrink()
    {
        if (_single is null)
        {
            return;
        }

        _half = new FloatBuffer((Length + 1) / 2);
        TensorPrimitives.ConvertToHalf(_single.Span(), Halves);
        var back = new float[Math.Min(Length, 1 << 14)];
        for (var start = 0; start < Length; start += back.Length)
        {
            var count = Math.Min(back.Length, Length - start);
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

    /// <inheritdoc/>
    public override void CopyTo(int start, Span<float> to)
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

    /// <inheritdoc/>
    public override void CopyTo(int row, Rows to, int first, int count)
    {
        using var host = new FloatBuffer((long)count * to.Width);
        CopyTo(row * to.Width, host.Span());
        to.CopyFrom(host.Pointer, first, count);
    }

    /// <inheritdoc/>
    public override void Fill(IActivationSource source, int rows) => source.Read(Single, rows);

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<float> numbers) => numbers.CopyTo(_single!.Span());

    /// <inheritdoc/>
    protected override void Free()
    {
        _single?.Dispose();
        _half?.Dispose();
    }

    private Span<Half> Halves => new(_half!.Pointer, Length);

    private static ReadOnlySpan<int> AsBits(Span<float> floats) => System.Runtime.InteropServices.MemoryMarshal.Cast<float, int>(floats);
}
