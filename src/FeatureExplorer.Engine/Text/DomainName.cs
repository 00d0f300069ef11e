using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FeatureExplorer.Engine.Text;

/// <summary>
/// Names that come with a corpus (of domains, files) as pages, tables and terminals can show them: one line, of bounded length, without characters that
/// control a terminal or turn the direction of writing.
/// </summary>
public static class DomainName
{
    /// <summary>Longest name, in characters; a longer one ends with a hash of the whole, so that different names stay different.</summary>
    public const int Longest = 64;

    private const int HashDigits = 8;
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    /// <summary>The name to use for a domain; null where nothing is left.</summary>
    public static string? Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length <= Longest && IsPlain(name))
        {
            return name.Length == 0 ? null : name;
        }

        var clean = Clean(name);
        return clean.Length == 0 ? null : clean.Length <= Longest ? clean : Cut(clean);
    }

    /// <summary>A name without characters that control a terminal or the direction of writing; white space of any length is one space.</summary>
    public static string Clean(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (IsPlain(name))
        {
            return name;
        }

        var clean = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune))
            {
                clean.Append(clean.Length > 0 && clean[^1] != ' ' ? " " : "");
            }
            else if (!IsInvisible(rune))
            {
                clean.Append(rune.ToString());
            }
        }

        return clean.ToString().Trim();
    }

    private static bool IsPlain(string name) =>
        name.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0 && !name.StartsWith(' ') && !name.EndsWith(' ') && !name.Contains("  ", StringComparison.Ordinal);

    // The two joiners are part of how words of several languages are written.
    private static bool IsInvisible(Rune rune) => rune.Value is not ZeroWidthJoiner and not ZeroWidthNonJoiner
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string Cut(string name)
    {
        var length = Longest - HashDigits - 1;
        length -= char.IsHighSurrogate(name[length - 1]) ? 1 : 0;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        return $"{name[..length]}…{hash[..HashDigits]}";
    }
}
