using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace FeatureExplorer.Engine.Text.Corpora;

/// <summary>
/// A document's identity is its text: copies of a document fall on the same side of the split, and a corpus that was moved or renamed is
/// divided as before. SHA-256, of which three independent parts are used.
/// </summary>
/// <param name="Kept">Decides whether a mixture keeps the document.</param>
/// <param name="Place">Decides its side of the split and its place there, together with the seed.</param>
/// <param name="Sampled">Decides whether the tokenizer's sample has it.</param>
internal readonly record struct DocumentHash(ulong Kept, ulong Place, ulong Sampled)
{
    /// <summary>Uniform in [0, 1).</summary>
    public double Share => (Kept >> 11) * (1.0 / (1L << 53));

    public static DocumentHash Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    public static DocumentHash Of(ReadOnlySpan<byte> utf8)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(utf8, hash);
        return new DocumentHash(
            BinaryPrimitives.ReadUInt64LittleEndian(hash),
            BinaryPrimitives.ReadUInt64LittleEndian(hash[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(hash[16..]));
    }
}
