using FeatureExplorer.Engine.Backends;

namespace FeatureExplorer.Engine.Activations;

/// <summary>Vectors that wait for a reader, where their source computes. May have several holders, on one thread, each of which disposes it.</summary>
/// <param name="length">Number of floats.</param>
internal abstract class VectorPiece(int length) : IDisposable
{
    private int _holders = 1;

    /// <summary>Number of floats.</summary>
    public int Length => length;

    /// <summary>Whether they take two bytes each.</summary>
    public virtual bool IsHalf => false;

    /// <summary>Whether it has several holders.</summary>
    public bool IsShared => _holders > 1;

    /// <summary>The same piece for one more holder; it is not written to from then on.</summary>
    public VectorPiece Share()
    {
        _holders++;
        return this;
    }

    /// <summary>Takes up less memory from now on, if it can without losing a bit.</summary>
    public virtual void Shrink()
    {
    }

    /// <summary>Takes the next vectors of a source.</summary>
    public abstract void Fill(IActivationSource source, int rows);

    /// <summary>Takes numbers, from the first on.</summary>
    public abstract void Write(ReadOnlySpan<float> numbers);

    /// <summary>Copies the numbers [start, start + the span's length).</summary>
    public abstract void CopyTo(int start, Span<float> to);

    /// <summary>Copies vectors from a row on, to rows of a back end.</summary>
    public abstract void CopyTo(int row, Rows to, int first, int count);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (--_holders == 0)
        {
            Free();
        }
    }

    /// <summary>The last holder has gone.</summary>
    protected abstract void Free();
}
