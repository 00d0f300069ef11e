using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace FeatureExplorer.Engine.Text.Tokenizer;

/// <summary>
/// Byte-level byte-pair encoding: id 0 is the end of text, 1 … 256 are the bytes 0 … 255, 257 … the merges in the order in which they were
/// learned. Any bytes encode and decode to themselves, invalid UTF-8 included. Immutable; may be used by several threads at once.
/// </summary>
public sealed class ByteLevelTokenizer : ITokenizer
{
    public const int EndOfText = 0;

    /// <summary>The largest vocabulary: ids are stored in two bytes.</summary>
    public const int LargestVocabulary = 65536;

    /// <summary>The smallest: end of text and the bytes, no merge.</summary>
    public const int SmallestVocabulary = FirstMerge;

    /// <summary>How the end of text is written in tokenizer.json.</summary>
    public const string EndOfTextToken = "<|endoftext|>";

    internal const int FirstByte = 1;
    internal const int FirstMerge = 257;

    private readonly (int Left, int Right)[] _merges;
    private readonly byte[] _bytes;
    private readonly int[] _starts;
    private readonly MergeTable _table;
    private readonly ConcurrentBag<BytePairEncoder> _encoders = [];

    /// <param name="merges">Merge k joins two ids below 257 + k into the id 257 + k.</param>
    /// <exception cref="ArgumentException">A merge names an id that does not exist yet, or there are too many.</exception>
    internal ByteLevelTokenizer(IReadOnlyList<(int Left, int Right)> merges)
    {
        if (merges.Count > LargestVocabulary - FirstMerge)
        {
            throw new ArgumentException($"{merges.Count} merges; at most {LargestVocabulary - FirstMerge} fit", nameof(merges));
        }

        _merges = [.. merges];
        _table = new MergeTable(_merges);
        (_bytes, _starts) = SpellOut(_merges);
        Hash = HashOf(_merges);
    }

    public int VocabularySize => FirstMerge + _merges.Length;

    /// <summary>SHA-256 of the merges, in hexadecimal: equal for tokenizers that encode alike.</summary>
    public string Hash { get; }

    int ITokenizer.DocumentMark => EndOfText;

    int? ITokenizer.EndOfText => EndOfText;

    bool ITokenizer.AddsSpaceAfter(int id) => false;

    internal IReadOnlyList<(int Left, int Right)> Merges => _merges;

    bool ITokenizer.IsSpecial(int id) => Bytes(id).IsEmpty;

    string ITokenizer.Spelling(int id) => TokenizerFileWriter.Spelling(this, id);

    /// <summary>The bytes of a token; none for the end of text.</summary>
    public ReadOnlySpan<byte> Bytes(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, VocabularySize);
        return _bytes.AsSpan(_starts[id], _starts[id + 1] - _starts[id]);
    }

    /// <summary>Appends the ids of a text. No end of text is added, and none is recognised in the text.</summary>
    public void Encode(ReadOnlySpan<byte> utf8, List<int> output, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (!_encoders.TryTake(out var encoder))
        {
            encoder = new BytePairEncoder(_table);
        }

        encoder.Encode(utf8, output, cancellation);
        _encoders.Add(encoder);
    }

    /// <summary>Reads a Hugging Face tokenizer.json that has this class's layout of ids and this project's pre-token rule.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or describes another kind of tokenizer.</exception>
    public static ByteLevelTokenizer Load(string file) => TokenizerFileReader.Load(file);

    /// <summary>Writes a Hugging Face tokenizer.json; whole or not at all.</summary>
    public void Save(string file) => TokenizerFileWriter.Save(this, file);

    private static (byte[] Bytes, int[] Starts) SpellOut((int Left, int Right)[] merges)
    {
        var starts = new int[FirstMerge + merges.Length + 1];
        for (var id = FirstByte; id < FirstMerge; id++)
        {
            starts[id + 1] = id;
        }

        for (var k = 0; k < merges.Length; k++)
        {
            var id = FirstMerge + k;
            var (left, right) = merges[k];
            if (left == EndOfText || right == EndOfText || left >= id || right >= id)
            {
                throw new ArgumentException($"merge {k} joins {left} and {right}; only ids from 1 to {id - 1} exist before it");
            }

            starts[id + 1] = checked(starts[id] + starts[left + 1] - starts[left] + starts[right + 1] - starts[right]);
        }

        var bytes = new byte[starts[^1]];
        for (var value = 0; value < 256; value++)
        {
            bytes[value] = (byte)value;
        }

        for (var k = 0; k < merges.Length; k++)
        {
            var (left, right) = merges[k];
            var target = bytes.AsSpan(starts[FirstMerge + k]);
            var leftBytes = bytes.AsSpan(starts[left]..starts[left + 1]);
            leftBytes.CopyTo(target);
            bytes.AsSpan(starts[right]..starts[right + 1]).CopyTo(target[leftBytes.Length..]);
        }

        return (bytes, starts);
    }

    private static string HashOf((int Left, int Right)[] merges)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"byte-level BPE 1\n{PreTokenizer.Pattern}\n"));
        Span<byte> pair = stackalloc byte[4];
        foreach (var (left, right) in merges)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(pair, (ushort)left);
            BinaryPrimitives.WriteUInt16LittleEndian(pair[2..], (ushort)right);
            hash.AppendData(pair);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
