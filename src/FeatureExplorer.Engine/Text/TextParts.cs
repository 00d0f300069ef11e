using System.Text;

namespace FeatureExplorer.Engine.Text;

/// <summary>Turns the bytes of documents into text: strict UTF-8, and at most <see cref="CorpusReader.LongestDocument"/> bytes at a time.</summary>
internal static class TextParts
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text, or null and what is wrong with it.</summary>
    public static string? Decode(ReadOnlySpan<byte> bytes, out string problem)
    {
        problem = "";
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            problem = bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])
                ? "is UTF-16, not UTF-8"
                : "is not valid UTF-8";
            return null;
        }
    }

    /// <summary>The line, counted from 1, of the first byte that is not valid UTF-8.</summary>
    public static long LineOfFirstInvalid(ReadOnlySpan<byte> bytes)
    {
        var line = 1L;
        while (!bytes.IsEmpty && Rune.DecodeFromUtf8(bytes, out var rune, out var length) == System.Buffers.OperationStatus.Done)
        {
            line += rune.Value == '\n' ? 1 : 0;
            bytes = bytes[length..];
        }

        return line;
    }

    /// <summary>Where to cut bytes of which only the first <paramref name="limit"/> may be used: after a line if one ends in the second half, otherwise between two characters.</summary>
    public static int Cut(ReadOnlySpan<byte> bytes, int limit)
    {
        var line = bytes[(limit / 2)..limit].LastIndexOf((byte)'\n');
        if (line >= 0)
        {
            return (limit / 2) + line + 1;
        }

        var end = limit;
        while (end > limit - 4 && (bytes[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return end;
    }

    public static bool IsBlank(string text) => string.IsNullOrWhiteSpace(text);
}
