namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>A byte string for each id, end to end in one array.</summary>
internal sealed class ByteStrings
{
    private readonly byte[] _bytes;
    private readonly int[] _starts;

    public ByteStrings(int count, Func<int, byte[]> of)
    {
        _starts = new int[count + 1];
        using var all = new MemoryStream();
        for (var id = 0; id < count; id++)
        {
            all.Write(of(id));
            _starts[id + 1] = checked((int)all.Length);
        }

        _bytes = all.ToArray();
    }

    public int Count => _starts.Length - 1;

    /// <summary>All of it, for hashing.</summary>
    public (byte[] Bytes, int[] Starts) All => (_bytes, _starts);

    public ReadOnlySpan<byte> this[int id] => _bytes.AsSpan(_starts[id], _starts[id + 1] - _starts[id]);
}
