using System.Runtime.InteropServices;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.Text;

/// <summary>Bytes of a token in the files of a corpus, little-endian: two where every id of the vocabulary fits, otherwise four.</summary>
/// <param name="Bytes">2 or 4.</param>
internal readonly record struct TokenWidth(int Bytes)
{
    /// <summary>The largest vocabulary whose ids fit into two bytes.</summary>
    public const int LargestNarrow = ushort.MaxValue + 1;

    private const int AtOnce = 4096;

    public bool IsWide => Bytes == sizeof(int);

    public static TokenWidth Of(int vocabularySize) => new(vocabularySize <= LargestNarrow ? sizeof(ushort) : sizeof(int));

    /// <exception cref="OverflowException">An id does not fit.</exception>
    public void Write(Stream stream, ReadOnlySpan<int> tokens)
    {
        if (IsWide)
        {
            stream.Write(MemoryMarshal.AsBytes(tokens));
            return;
        }

        Span<ushort> narrow = stackalloc ushort[AtOnce];
        for (; !tokens.IsEmpty; tokens = tokens[Math.Min(AtOnce, tokens.Length)..])
        {
            var count = Math.Min(AtOnce, tokens.Length);
            for (var i = 0; i < count; i++)
            {
                narrow[i] = checked((ushort)tokens[i]);
            }

            stream.Write(MemoryMarshal.AsBytes(narrow[..count]));
        }
    }

    /// <summary>Copies tokens from a byte offset of a file on.</summary>
    public void Read(CheckedFile file, long offset, Span<int> tokens)
    {
        if (IsWide)
        {
            file.Read(offset, tokens);
            return;
        }

        // Two bytes each are read into the second half, from where they move to the front, each before its place is written to.
        var narrow = MemoryMarshal.Cast<int, ushort>(tokens)[tokens.Length..];
        file.Read(offset, narrow);
        for (var i = 0; i < tokens.Length; i++)
        {
            tokens[i] = narrow[i];
        }
    }

    /// <summary>Tokens from a byte offset of a file on; without a copy where they are wide and lie in one block.</summary>
    public ReadOnlySpan<int> Read(CheckedFile file, long offset, int count)
    {
        if (IsWide)
        {
            return file.Items<int>(offset, count);
        }

        var tokens = GC.AllocateUninitializedArray<int>(count);
        Read(file, offset, tokens);
        return tokens;
    }
}
