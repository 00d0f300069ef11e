using FeatureExplorer.Engine.Text.Files;

namespace FeatureExplorer.Engine.TensorFiles;

/// <summary>A <see cref="ByteRegion"/> as a stream for reading from its start to its end; the region is the caller's.</summary>
internal sealed class RegionStream(ByteRegion region) : ReadOnlyStream
{
    private long _position;

    public override long Length => region.Length;

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Clamp(Length - _position, 0, buffer.Length);
        region.Read(_position, buffer[..count]);
        _position += count;
        return count;
    }
}
