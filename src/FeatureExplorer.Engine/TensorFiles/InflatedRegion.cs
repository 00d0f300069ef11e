using System.IO.Compression;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.TensorFiles;

/// <summary>Bytes that lie in the file deflated: all of them are in memory from the first reading beyond their head until <see cref="ByteRegion.Release"/>.</summary>
internal sealed unsafe class InflatedRegion(string path, string entry, ByteRegion deflated, long length) : ByteRegion(path, length)
{
    /// <summary>The most that is taken into memory at once.</summary>
    public const long MostBytes = 8L << 30;

    private const int Piece = 1 << 20;
    private const int HeadBytes = 68 << 10; // as much as a header may have
    private readonly Lock _reading = new();
    private FloatBuffer? _bytes;
    private long _inflated;

    public override void Read(long offset, Span<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + bytes.Length, Length);
        lock (_reading)
        {
            if (_bytes is null || offset + bytes.Length > _inflated)
            {
                Inflate(offset + bytes.Length <= HeadBytes ? Math.Min(HeadBytes, Length) : Length);
            }

            new ReadOnlySpan<byte>((byte*)_bytes!.Pointer + offset, bytes.Length).CopyTo(bytes);
        }
    }

    public override void Release()
    {
        lock (_reading)
        {
            _bytes?.Dispose();
            (_bytes, _inflated) = (null, 0);
        }
    }

    private void Inflate(long count)
    {
        Release();
        _bytes = new FloatBuffer((count + sizeof(float) - 1) / sizeof(float));
        using var stream = new DeflateStream(new RegionStream(deflated), CompressionMode.Decompress);
        for (_inflated = 0; _inflated < count;)
        {
            var read = stream.Read(new Span<byte>((byte*)_bytes.Pointer + _inflated, (int)Math.Min(Piece, count - _inflated)));
            _inflated += read > 0 ? read : throw new InvalidDataException($"{FilePath}: the compressed entry {entry} ends after {_inflated} of {Length} bytes. Copy or download the file again.");
        }
    }
}
