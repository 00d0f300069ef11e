using System.Buffers;
using System.Globalization;
using System.Text;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>What the spellings of a vocabulary stand for.</summary>
internal static class TokenSpelling
{
    private const int FallbackLength = 6;

    /// <summary>The byte of a token that is spelled &lt;0x00&gt; to &lt;0xFF&gt;, or −1.</summary>
    public static int FallbackByte(ReadOnlySpan<byte> spelling) =>
        spelling.Length == FallbackLength && spelling.StartsWith("<0x"u8) && spelling[^1] == '>'
        && !spelling.ContainsAnyInRange((byte)'a', (byte)'f')
        && byte.TryParse(spelling[3..5], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : -1;

    /// <summary>The piece of text that a token is when it is met whole; null for one that no piece can be.</summary>
    public static byte[]? AsPiece(ReadOnlySpan<byte> spelling, bool isByteLevel)
    {
        if (!isByteLevel)
        {
            return spelling.ToArray();
        }

        var bytes = new List<byte>(spelling.Length);
        while (!spelling.IsEmpty)
        {
            _ = Rune.DecodeFromUtf8(spelling, out var rune, out var size);
            if (ByteCharacters.ByteOf(rune.Value) is not (>= 0 and var value))
            {
                return null;
            }

            bytes.Add((byte)value);
            spelling = spelling[size..];
        }

        return [.. bytes];
    }

    /// <summary>The bytes of text that a token stands for.</summary>
    /// <param name="spelling">The token.</param>
    /// <param name="options">The model.</param>
    /// <param name="space">The sign that stands for a space; null where none does.</param>
    public static byte[] TextOf(ReadOnlySpan<byte> spelling, PairModelOptions options, byte[]? space)
    {
        var bytes = new List<byte>(spelling.Length);
        if (options.IsByteLevel)
        {
            while (!spelling.IsEmpty)
            {
                // A character that spells no byte stands for itself.
                var known = Rune.DecodeFromUtf8(spelling, out var rune, out var size) == OperationStatus.Done ? ByteCharacters.ByteOf(rune.Value) : -1;
                bytes.AddRange(known >= 0 ? [(byte)known] : spelling[..size].ToArray());
                spelling = spelling[size..];
            }

            return [.. bytes];
        }

        if (options.HasByteFallback && FallbackByte(spelling) is >= 0 and var fallback)
        {
            return [(byte)fallback];
        }

        while (!spelling.IsEmpty)
        {
            var isSpace = space is not null && spelling.StartsWith(space);
            bytes.Add(isSpace ? (byte)' ' : spelling[0]);
            spelling = spelling[(isSpace ? space!.Length : 1)..];
        }

        return [.. bytes];
    }
}
