namespace FeatureExplorer.Web.Exports.Tables;

/// <summary>A stream that is only written, and knows how many bytes: the entries of an archive do not.</summary>
/// <param name="stream">Receives the bytes; stays open.</param>
/// <param name="most">Bytes that it takes at most.</param>
internal sealed class PositionStream(Stream stream, long most = long.MaxValue) : Stream
{
    private long _position;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _position;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException("This stream is written from its start to its end.");
    }

    public override void Flush() => stream.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("This stream is only written.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("This stream is written from its start to its end.");

    public override void SetLength(long value) => throw new NotSupportedException("This stream is written from its start to its end.");

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > most - _position)
        {
            throw new ExportTooLargeException(most);
        }

        stream.Write(buffer);
        _position += buffer.Length;
    }
}
