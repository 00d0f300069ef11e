namespace FeatureExplorer.Engine.Text.Files;

/// <summary>The bytes of one file of a corpus, unpacked where its content is gzip, whatever its name says.</summary>
internal sealed class CorpusStream : ReadOnlyStream
{
    private const int HeadBytes = 4096;

    private readonly Stream _stored;
    private readonly Stream _unpacked;
    private readonly CancellationToken _cancellation;
    private readonly byte[] _head = new byte[HeadBytes];
    private readonly int _headLength;
    private int _headRead;

    private CorpusStream(Stream stored, Func<Stream, Stream, Stream>? bound, CancellationToken cancellation)
    {
        (_stored, _unpacked, _cancellation) = (stored, stored, cancellation);
        Span<byte> start = stackalloc byte[2];
        var count = stored.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        stored.Position = 0;
        if (GzipReader.IsGzip(start[..count]))
        {
            Gzip = new GzipReader(stored, cancellation);
            _unpacked = bound is null ? Gzip : bound(stored, Gzip);
        }

        _headLength = _unpacked.ReadAtLeast(_head, HeadBytes, throwOnEndOfStream: false);
    }

    /// <summary>Begins to read a file.</summary>
    /// <param name="stored">The file; closed with the stream.</param>
    /// <param name="bound">Bounds what comes out of compressed bytes (stored, unpacked); or null.</param>
    /// <param name="cancellation">Stops reading.</param>
    public static CorpusStream Open(Stream stored, Func<Stream, Stream, Stream>? bound, CancellationToken cancellation)
    {
        try
        {
            return new CorpusStream(stored, bound, cancellation);
        }
        catch
        {
            stored.Dispose();
            throw;
        }
    }

    /// <summary>The frame of a compressed file, or null.</summary>
    public GzipReader? Gzip { get; }

    /// <summary>The first bytes, unpacked.</summary>
    public ReadOnlySpan<byte> Head => _head.AsSpan(0, _headLength);

    /// <summary>Bytes of the file, as stored, that have been read.</summary>
    public long StoredRead => _stored.Position;

    public override int Read(Span<byte> buffer)
    {
        _cancellation.ThrowIfCancellationRequested();
        if (_headRead == _headLength)
        {
            return _unpacked.Read(buffer);
        }

        var count = Math.Min(buffer.Length, _headLength - _headRead);
        _head.AsSpan(_headRead, count).CopyTo(buffer);
        _headRead += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        _unpacked.Dispose();
        _stored.Dispose();
        base.Dispose(disposing);
    }
}
