using System.Globalization;
using System.Text;

namespace FeatureExplorer.Engine.Text.Tokenizer.Patterns;

/// <summary>Reads what stands for one character: [classes], nested and cut by &amp;&amp;, and escapes.</summary>
internal sealed class PatternClassParser(string pattern)
{
    private const int DeepestClass = 20;
    private const int LongestShown = 200;

    private static readonly string[] CategoryNames =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private int _depth;

    public static Rune RuneAt(string text, int at) => Rune.TryGetRuneAt(text, at, out var rune) ? rune : Rune.ReplacementChar;

    public static FormatException Unsupported(string pattern, int at, int length, string? what = null)
    {
        var found = pattern.AsSpan(at, Math.Min(length, pattern.Length - at));
        return new FormatException($"a regular expression has \"{found}\" at character {at + 1}, {(what is null ? "which is not supported" : $"{what}, which cannot be read")}: {Short(pattern)}");
    }

    public static string Short(string pattern) => pattern.Length <= LongestShown ? pattern : pattern[..LongestShown] + "…";

    /// <summary>The set with the other case of each of its ASCII letters, and the two signs outside ASCII that are such letters: ſ and the Kelvin sign.</summary>
    public static CodePointSet IgnoringCase(CodePointSet set, bool isAscii)
    {
        if (!isAscii)
        {
            throw new FormatException("a regular expression ignores the case of characters outside ASCII, which is not supported");
        }

        return new CodePointSet(codePoint => set.Contains(codePoint) || codePoint switch
        {
            0x17F => set.Contains('s') || set.Contains('S'),
            0x212A => set.Contains('k') || set.Contains('K'),
            < 128 => char.IsAsciiLetter((char)codePoint) && set.Contains(codePoint ^ 0x20),
            _ => false,
        });
    }

    /// <summary>A class from its opening bracket on.</summary>
    public CodePointSet Class(ref int at, bool ignoreCase)
    {
        var start = at++;
        if (++_depth > DeepestClass)
        {
            throw Unsupported(pattern, start, 1, $"a class within {DeepestClass} others");
        }

        var negated = Skip(ref at, "^");
        var isAscii = true;
        CodePointSet? whole = null;
        var items = new List<CodePointSet>();
        for (var first = true; ; first = false)
        {
            if (at >= pattern.Length)
            {
                throw Unsupported(pattern, start, 1, "a class that nothing closes");
            }

            if (pattern[at] == ']' && !first)
            {
                at++;
                break;
            }

            if (Skip(ref at, "&&"))
            {
                whole = Cut(whole, items, start);
                items = [];
                continue;
            }

            items.Add(Item(ref at, ignoreCase, ref isAscii));
        }

        _depth--;
        var set = Cut(whole, items, start);
        set = ignoreCase ? IgnoringCase(set, isAscii) : set;
        return negated ? set.Not() : set;
    }

    /// <summary>What an escape stands for: a set, or null and one code point.</summary>
    public CodePointSet? Escape(ref int at, bool inClass, out int codePoint)
    {
        var start = at;
        codePoint = 0;
        var letter = at + 1 < pattern.Length ? pattern[at + 1] : '\0';
        at += 2;
        switch (letter)
        {
            case 'd' or 'D':
                return Signed(CodePointSet.Digit, letter == 'D');
            case 's' or 'S':
                return Signed(CodePointSet.Space, letter == 'S');
            case 'w' or 'W':
                return Signed(inClass ? CodePointSet.Word : CodePointSet.WordOutsideClass, letter == 'W');
            case 'h' or 'H':
                return Signed(CodePointSet.Hexadecimal, letter == 'H');
            case 'p' or 'P':
                return Property(ref at, start);
            case 'x' or 'u':
                codePoint = HexadecimalNumber(ref at, start);
                return null;
        }

        codePoint = letter switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'f' => '\f',
            'v' => '\v',
            'a' => 7,
            'e' => 27,
            '\0' or (>= '0' and <= '9') or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') => throw Unsupported(pattern, start, 2),
            _ => RuneAt(pattern, start + 1).Value,
        };
        at = start + 1 + new Rune(codePoint).Utf16SequenceLength;
        return null;
    }

    private CodePointSet Cut(CodePointSet? whole, List<CodePointSet> items, int start)
    {
        if (items.Count == 0)
        {
            throw Unsupported(pattern, start, 1, "an empty class");
        }

        var set = CodePointSet.AnyOf(items);
        return whole is null ? set : whole.And(set);
    }

    private CodePointSet Item(ref int at, bool ignoreCase, ref bool isAscii)
    {
        if (pattern[at] == '[')
        {
            if (at + 1 < pattern.Length && pattern[at + 1] == ':')
            {
                throw Unsupported(pattern, at, 2);
            }

            isAscii = false;
            return Class(ref at, ignoreCase);
        }

        var start = at;
        if (One(ref at, out var first) is { } set)
        {
            isAscii = false;
            return set;
        }

        var last = first;
        if (at + 1 < pattern.Length && pattern[at] == '-' && pattern[at + 1] is not (']' or '&'))
        {
            at++;
            if (pattern[at] == '[' || One(ref at, out last) is not null || last < first)
            {
                throw Unsupported(pattern, start, at - start, "a range without an end after its start");
            }
        }

        isAscii &= last < 128;
        return CodePointSet.Range(first, last);
    }

    private CodePointSet? One(ref int at, out int codePoint)
    {
        if (pattern[at] == '\\')
        {
            return Escape(ref at, inClass: true, out codePoint);
        }

        var rune = RuneAt(pattern, at);
        at += rune.Utf16SequenceLength;
        codePoint = rune.Value;
        return null;
    }

    private CodePointSet Property(ref int at, int start)
    {
        var close = at < pattern.Length && pattern[at] == '{' ? pattern.IndexOf('}', at) : -1;
        if (close < 0)
        {
            throw Unsupported(pattern, start, 2);
        }

        var name = pattern[(at + 1)..close];
        var negated = pattern[start + 1] == 'P';
        if (name.StartsWith('^'))
        {
            (name, negated) = (name[1..], !negated);
        }

        at = close + 1;
        var length = name.Length;
        var categories = CategoryNames.Index().Where(c => length is 1 or 2 && c.Item.StartsWith(name, StringComparison.OrdinalIgnoreCase)).Select(static c => (UnicodeCategory)c.Index).ToList();
        return categories.Count > 0 ? Signed(CodePointSet.OfCategories(null, categories), negated) : throw Unsupported(pattern, start, at - start);
    }

    // \xNN, \x{N…}, \uNNNN
    private int HexadecimalNumber(ref int at, int start)
    {
        var braced = at < pattern.Length && pattern[at] == '{' && pattern[start + 1] == 'x';
        var end = braced ? pattern.IndexOf('}', at) : at + (pattern[start + 1] == 'x' ? 2 : 4);
        var digits = end >= at && end <= pattern.Length ? pattern[(braced ? at + 1 : at)..end] : string.Empty;
        if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || !Rune.IsValid(value))
        {
            throw Unsupported(pattern, start, 2, "no code point");
        }

        at = braced ? end + 1 : end;
        return value;
    }

    private static CodePointSet Signed(CodePointSet set, bool negated) => negated ? set.Not() : set;

    private bool Skip(ref int at, string text)
    {
        if (string.CompareOrdinal(pattern, at, text, 0, text.Length) != 0)
        {
            return false;
        }

        at += text.Length;
        return true;
    }
}
