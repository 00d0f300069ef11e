using FeatureExplorer.Engine.Activations;

namespace FeatureExplorer.Engine.Backends;

/// <summary>Vectors [count, width] in float32, where the back end that made them computes; only that back end looks inside.</summary>
public abstract unsafe class Rows : IDisposable
{
    /// <summary>Number of vectors.</summary>
    public abstract int Count { get; }

    /// <summary>Numbers of a vector.</summary>
    public abstract int Width { get; }

    /// <summary>Copies vectors [count, width] from the host, to the rows from <paramref name="first"/> on.</summary>
    public abstract void CopyFrom(float* host, int first, int count);

    /// <summary>Copies the vectors from <paramref name="first"/> on to the host, [count, width].</summary>
    public abstract void CopyTo(float* host, int first, int count);

    /// <summary>Copies vectors from other rows of the same back end, from row <paramref name="from"/> there to <paramref name="first"/> on here.</summary>
    public abstract void CopyFrom(Rows source, int from, int first, int count);

    /// <summary>Takes the next vectors of a source, without a way over the host where source and rows lie on the same device.</summary>
    public abstract void Fill(IActivationSource source, int count);

    /// <summary>Whether all numbers of the first rows are finite.</summary>
    public abstract bool IsFinite(int count);

    /// <inheritdoc/>
    public abstract void Dispose();
}
