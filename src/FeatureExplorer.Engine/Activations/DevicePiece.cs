using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Activations;

/// <summary>Vectors in a device's memory. Whoever wants them on the host gets them from a copy, which is made once.</summary>
internal sealed unsafe class DevicePiece(IComputeBackend backend, int rows, int width) : VectorPiece(rows * width)
{
    private readonly Rows _rows = backend.Rows(rows, width);
    private FloatBuffer? _copy;

    /// <inheritdoc/>
    public override void Fill(IActivationSource source, int rows)
    {
        DropCopy();
        _rows.Fill(source, rows);
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<float> numbers)
    {
        DropCopy();
        fixed (float* host = numbers)
        {
            _rows.CopyFrom(host, 0, numbers.Length / _rows.Width);
        }
    }

    /// <inheritdoc/>
    public override void CopyTo(int start, Span<float> to)
    {
        if (_copy is null)
        {
            _copy = new FloatBuffer(Length);
            _rows.CopyTo(_copy.Pointer, 0, _rows.Count);
        }

        _copy.Span(start, to.Length).CopyTo(to);
    }

    /// <inheritdoc/>
    public override void CopyTo(int row, Rows to, int first, int count) => to.CopyFrom(_rows, row, first, count);

    /// <inheritdoc/>
    protected override void Free()
    {
        _rows.Dispose();
        DropCopy();
    }

    private void DropCopy()
    {
        _copy?.Dispose();
        _copy = null;
    }
}
