using System.Buffers;
using System.Globalization;
using System.Text;

namespace FeatureExplorer.Engine.Text.Tokenizer;

/// <summary>
/// Cuts text into the pieces that byte pairs are merged within: an English contraction; letters with their combining marks, digits, or
/// other characters, each with at most one space before; line breaks; spaces except the last one before a word. Marks count as letters,
/// otherwise pointed Hebrew and Devanagari fall apart. Works on bytes: each invalid UTF-8 sequence is one "other" character.
/// </summary>
internal static class PreTokenizer
{
    /// <summary>The same rule as a regular expression, for tokenizer.json.</summary>
    public const string Pattern =
        @"'(?:[sdmt]|ll|ve|re)| ?[\p{L}\p{M}]+| ?\p{N}+| ?[^\s\p{L}\p{M}\p{N}]+|[\r\n]+|[^\S\r\n]+(?!\S)|[^\S\r\n]+";

    private enum Kind : byte
    {
        End,
        Letter,
        Digit,
        Other,
        Space,
        LineBreak,
    }

    private static readonly Kind[] Ascii = [.. Enumerable.Range(0, 128).Select(value => KindOf(new Rune(value)))];

    /// <summary>The end of the piece that begins at <paramref name="start"/>, which must lie inside the text.</summary>
    public static int End(ReadOnlySpan<byte> text, int start)
    {
        var kind = KindAt(text, start, out var length);
        switch (kind)
        {
            case Kind.Space:
                return EndOfSpaces(text, start);
            case Kind.Other when text[start] == '\'' && Contraction(text[(start + 1)..]) is > 0 and var letters:
                return start + 1 + letters;
            default:
                return EndOfRun(text, start + length, kind);
        }
    }

    private static int EndOfSpaces(ReadOnlySpan<byte> text, int start)
    {
        if (text[start] == ' ')
        {
            var next = KindAt(text, start + 1, out var length);
            if (next is Kind.Letter or Kind.Digit or Kind.Other)
            {
                return EndOfRun(text, start + 1 + length, next);
            }
        }

        var last = start;
        var end = start;
        Kind kind;
        while ((kind = KindAt(text, end, out var width)) == Kind.Space)
        {
            last = end;
            end += width;
        }

        return kind is Kind.End or Kind.LineBreak || last == start ? end : last;
    }

    private static int EndOfRun(ReadOnlySpan<byte> text, int position, Kind kind)
    {
        while (KindAt(text, position, out var length) == kind)
        {
            position += length;
        }

        return position;
    }

    /// <summary>Number of letters of the contraction after an apostrophe, 0 if there is none.</summary>
    private static int Contraction(ReadOnlySpan<byte> rest)
    {
        if (rest.StartsWith("ll"u8) || rest.StartsWith("ve"u8) || rest.StartsWith("re"u8))
        {
            return 2;
        }

        return !rest.IsEmpty && rest[0] is (byte)'s' or (byte)'d' or (byte)'m' or (byte)'t' ? 1 : 0;
    }

    private static Kind KindAt(ReadOnlySpan<byte> text, int position, out int length)
    {
        length = 1;
        if ((uint)position >= (uint)text.Length)
        {
            return Kind.End;
        }

        var value = text[position];
        if (value < 128)
        {
            return Ascii[value];
        }

        return Rune.DecodeFromUtf8(text[position..], out var rune, out length) == OperationStatus.Done ? KindOf(rune) : Kind.Other;
    }

    private static Kind KindOf(Rune rune)
    {
        if (rune.Value is '\r' or '\n')
        {
            return Kind.LineBreak;
        }

        if (Rune.IsWhiteSpace(rune))
        {
            return Kind.Space;
        }

        return Rune.GetUnicodeCategory(rune) switch
        {
            <= UnicodeCategory.EnclosingMark => Kind.Letter, // Lu Ll Lt Lm Lo Mn Mc Me
            <= UnicodeCategory.OtherNumber => Kind.Digit, // Nd Nl No
            _ => Kind.Other,
        };
    }
}
