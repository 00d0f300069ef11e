namespace FeatureExplorer.Engine.Text.Files;

/// <summary>
/// The compressed bytes that a decompressor asks for. From <paramref name="carefulFrom"/> on it gets one byte at a time, so that it never takes
/// more than it needs: what it has unpacked before a damaged byte, and where its data end, is then exact.
/// </summary>
internal sealed class GzipInput(Stream stored, long carefulFrom, CancellationToken cancellation) : ReadOnlyStream
{
    /// <summary>Where the bytes that were given last begin.</summary>
    public long LastStart { get; private set; }

    /// <summary>Where they end.</summary>
    public long LastEnd { get; private set; }

    /// <summary>More was asked for than there is.</summary>
    public bool IsExhausted { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        cancellation.ThrowIfCancellationRequested();
        var start = stored.Position;
        var most = start >= carefulFrom ? 1 : Math.Min(buffer.Length, carefulFrom - start);
        var count = stored.Read(buffer[..(int)most]);
        if (count == 0)
        {
            IsExhausted = true;
            return 0;
        }

        (LastStart, LastEnd) = (start, start + count);
        return count;
    }
}
