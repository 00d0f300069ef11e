using System.Buffers;
using System.Globalization;
using System.Text;

namespace FeatureExplorer.Engine.Text;

/// <summary>Text with what is invisible, or would change the direction of other text, written out.</summary>
internal static class VisibleText
{
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;
    private const int VariationSelector16 = 0xFE0F;

    public static string Of(string text)
    {
        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            Append(visible, rune);
        }

        return visible.ToString();
    }

    /// <summary>UTF-8; bytes that are none are shown as \xNN.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done)
            {
                Append(text, rune);
            }
            else
            {
                foreach (var value in bytes[..length])
                {
                    text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
                }
            }

            bytes = bytes[length..];
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, Rune rune)
    {
        switch (rune.Value)
        {
            case '\n' or 0x2028 or 0x2029:
                text.Append('⏎');
                return;
            case '\r':
                text.Append('␍');
                return;
            case '\t':
                text.Append('⇥');
                return;
            case < 0x20 or 0x7F:
                text.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
                return;
            case ZeroWidthJoiner or ZeroWidthNonJoiner or VariationSelector16:
                // Parts of how words and emoji are written.
                text.Append(rune.ToString());
                return;
        }

        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
        {
            text.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
        }
        else
        {
            text.Append(rune.ToString());
        }
    }
}
