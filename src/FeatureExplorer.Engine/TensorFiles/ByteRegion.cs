namespace FeatureExplorer.Engine.TensorFiles;

/// <summary>Bytes of a file that tensors lie in. Safe for concurrent readers.</summary>
internal abstract class ByteRegion(string path, long length) : IDisposable
{
    /// <summary>The file.</summary>
    public string FilePath { get; } = path;

    /// <summary>Number of bytes.</summary>
    public long Length { get; } = length;

    /// <summary>Copies bytes from an offset on.</summary>
    /// <exception cref="InvalidDataException">The file ends before; it was cut off while it was in use.</exception>
    public abstract void Read(long offset, Span<byte> bytes);

    /// <summary>Gives back memory that reading took; the next reading takes it again.</summary>
    public virtual void Release()
    {
    }

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }
}
