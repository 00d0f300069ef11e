using System.Text;

namespace FeatureExplorer.Engine.Text.Tokenizer;

/// <summary>Turns the bytes of documents into text: strict UTF-8, and at most <see cref="CorpusReader.LongestDocument"/> bytes at a time.</summary>
internal static class TextParts
{
    private const int MostSingleZeros = 16;
    private const double ShareOfSingleZeros = 0.01;

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

    /// <summary>Bytes without the beginning of a character that their end has cut off.</summary>
    public static ReadOnlySpan<byte> WithoutCutCharacter(ReadOnlySpan<byte> bytes)
    {
        for (var length = 1; length <= Math.Min(3, bytes.Length); length++)
        {
            if (Rune.DecodeFromUtf8(bytes[^length..], out _, out _) == System.Buffers.OperationStatus.NeedMoreData)
            {
                return bytes[..^length];
            }
        }

        return bytes;
    }

    /// <summary>
    /// The text without zero bytes, which are padding or come from binary data; within the text they end a line, so that what they part stays parted.
    /// </summary>
    /// <param name="problem">What was left out; empty for text without zero bytes.</param>
    /// <returns>The text, or null where so many stand by themselves that it is no text.</returns>
    public static string? WithoutZeros(string text, out string problem)
    {
        problem = "";
        if (!text.Contains('\0', StringComparison.Ordinal))
        {
            return text;
        }

        var (kept, zeros, single) = (new StringBuilder(text.Length), 0, 0);
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            while (i < text.Length && text[i] == '\0')
            {
                i++;
            }

            zeros += i - start;
            single += i - start == 1 ? 1 : 0;
            if (i > start && kept.Length > 0 && i < text.Length)
            {
                kept.Append('\n');
            }

            var next = text.IndexOf('\0', i);
            next = next < 0 ? text.Length : next;
            kept.Append(text, i, next - i);
            i = next;
        }

        if (single > MostSingleZeros && single > ShareOfSingleZeros * text.Length)
        {
            problem = $"holds {single} single zero bytes, as UTF-16 and binary data do; save it as UTF-8";
            return null;
        }

        problem = zeros == 1 ? "holds a zero byte, which is left out" : $"holds {zeros} zero bytes (padding), which are left out";
        return kept.ToString();
    }

    public static bool IsBlank(string text) => string.IsNullOrWhiteSpace(text);
}
