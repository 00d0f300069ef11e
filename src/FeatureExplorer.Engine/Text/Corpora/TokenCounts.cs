using System.Runtime.InteropServices;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.Text.Corpora;

/// <summary>How often each token occurs in the training split, by domain; row 0 is for documents without one.</summary>
internal sealed class TokenCounts
{
    private const int HeaderBytes = 16;

    private readonly long[][] _rows;

    private TokenCounts(long[][] rows) => _rows = rows;

    public TokenCounts(int domains, int vocabularySize)
    {
        _rows = [.. Enumerable.Range(0, domains + 1).Select(_ => new long[vocabularySize])];
    }

    private static ReadOnlySpan<byte> Magic => "FXCOUNTS"u8;

    /// <summary>Counts of a domain [V].</summary>
    public IReadOnlyList<long[]> Domains => _rows[1..];

    public void Add(int domain, ReadOnlySpan<int> tokens)
    {
        var row = _rows[domain + 1];
        foreach (var token in tokens)
        {
            row[token]++;
        }
    }

    /// <summary>Counts over all documents [V].</summary>
    public long[] Total()
    {
        var total = new long[_rows[0].Length];
        foreach (var row in _rows)
        {
            System.Numerics.Tensors.TensorPrimitives.Add(total, row, total);
        }

        return total;
    }

    public void Save(string file) => Checksums.Write(file, stream =>
    {
        stream.Write(Magic);
        stream.Write(BitConverter.GetBytes(_rows.Length));
        stream.Write(BitConverter.GetBytes(_rows[0].Length));
        foreach (var row in _rows)
        {
            stream.Write(MemoryMarshal.AsBytes(row.AsSpan()));
        }
    });

    /// <exception cref="InvalidDataException">The file is truncated or foreign.</exception>
    public static TokenCounts Load(string file, int domains, int vocabularySize)
    {
        var bytes = Checksums.ReadAllBytes(file);
        var expected = HeaderBytes + (8L * (domains + 1) * vocabularySize);
        if (bytes.Length != expected
            || !bytes.AsSpan(0, 8).SequenceEqual(Magic)
            || BitConverter.ToInt32(bytes, 8) != domains + 1
            || BitConverter.ToInt32(bytes, 12) != vocabularySize)
        {
            throw new InvalidDataException($"{file} does not hold the token counts of {domains} domains and {vocabularySize} tokens ({expected} bytes); build the corpus again.");
        }

        var values = MemoryMarshal.Cast<byte, long>(bytes.AsSpan(HeaderBytes));
        var rows = new long[domains + 1][];
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row] = values.Slice(row * vocabularySize, vocabularySize).ToArray();
        }

        return new TokenCounts(rows);
    }
}
