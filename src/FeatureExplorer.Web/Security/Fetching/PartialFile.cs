namespace FeatureExplorer.Web.Security.Fetching;

/// <summary>A file that is being fetched, a part of which may have come before.</summary>
/// <param name="stream">Its content; what has come stands at its beginning.</param>
/// <param name="received">How many bytes have come.</param>
/// <param name="known">What tells whether the server still has the same file; null where the file is fetched from its beginning.</param>
/// <param name="remember">Keeps what is known of the file, so that a later fetch can go on; null where nothing is kept.</param>
public sealed class PartialFile(Stream stream, long received = 0, FetchValidator? known = null, Action<FetchValidator?, long>? remember = null)
{
    private const long RememberedEvery = 64 << 20;

    private long _remembered = received;

    /// <summary>Bytes that have come.</summary>
    public long Received { get; private set; } = known is null ? 0 : received;

    /// <summary>What tells whether the server still has the same file.</summary>
    public FetchValidator? Known { get; private set; } = known;

    /// <summary>
    /// The byte to go on from: of a file that is whole already its last one, which the server sends again only where the file is the same; 0: the file is fetched from its beginning.
    /// </summary>
    public long From => Known is null ? 0 : Known.Total is { } total ? Math.Clamp(Received, 0, Math.Max(0, total - 1)) : Received;

    /// <summary>Begins to write what an answer brings.</summary>
    /// <param name="from">The byte that it begins with; what stands behind it goes.</param>
    /// <param name="validator">That of the file.</param>
    internal void Begin(long from, FetchValidator? validator)
    {
        stream.SetLength(from);
        if (stream.CanSeek)
        {
            stream.Seek(from, SeekOrigin.Begin);
        }

        (Received, Known) = (from, validator);
        Remember();
    }

    internal async Task Write(ReadOnlyMemory<byte> piece, CancellationToken cancellation)
    {
        await stream.WriteAsync(piece, cancellation);
        Received += piece.Length;
        if (Received - _remembered >= RememberedEvery)
        {
            Remember();
        }
    }

    /// <summary>Keeps what is known: what counts as received is on the disk by then.</summary>
    internal void Remember()
    {
        if (stream is FileStream file)
        {
            file.Flush(flushToDisk: remember is not null);
        }

        remember?.Invoke(Known, Received);
        _remembered = Received;
    }
}
