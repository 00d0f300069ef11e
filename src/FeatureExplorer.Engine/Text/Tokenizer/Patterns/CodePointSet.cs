using System.Globalization;

namespace FeatureExplorer.Engine.Text.Tokenizer.Patterns;

/// <summary>A set of code points, the astral ones included. Membership is computed for 256 code points at a time, when one of them is first asked for.</summary>
internal sealed class CodePointSet(Func<int, bool> test)
{
    private const int PageBits = 8;

    private ulong[]?[]? _pages; // most sets are only parts of others, and are never asked themselves

    /// <summary>Unicode's White_Space.</summary>
    public static CodePointSet Space { get; } = OfCategories(
        static codePoint => codePoint is (>= 9 and <= 13) or 0x85,
        UnicodeCategory.SpaceSeparator, UnicodeCategory.LineSeparator, UnicodeCategory.ParagraphSeparator);

    /// <summary>Letters, marks, decimal digits, connecting punctuation, and what else is Alphabetic.</summary>
    public static CodePointSet Word { get; } = OfCategories(
        static codePoint => codePoint is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189),
        UnicodeCategory.UppercaseLetter, UnicodeCategory.LowercaseLetter, UnicodeCategory.TitlecaseLetter, UnicodeCategory.ModifierLetter, UnicodeCategory.OtherLetter,
        UnicodeCategory.NonSpacingMark, UnicodeCategory.SpacingCombiningMark, UnicodeCategory.EnclosingMark,
        UnicodeCategory.DecimalDigitNumber, UnicodeCategory.LetterNumber, UnicodeCategory.ConnectorPunctuation);

    /// <summary>What \w, \W and \b mean outside a class: Oniguruma counts six numbers of Latin-1 there, too.</summary>
    public static CodePointSet WordOutsideClass { get; } = new(static codePoint => codePoint is 0xB2 or 0xB3 or 0xB9 or (>= 0xBC and <= 0xBE) || Word.Holds(codePoint));

    public static CodePointSet Digit { get; } = OfCategories(null, UnicodeCategory.DecimalDigitNumber);

    /// <summary>Decimal digits, letters that are numbers, and other numbers.</summary>
    public static CodePointSet Number { get; } = OfCategories(null, UnicodeCategory.DecimalDigitNumber, UnicodeCategory.LetterNumber, UnicodeCategory.OtherNumber);

    /// <summary>Punctuation, and all signs of ASCII.</summary>
    public static CodePointSet Punctuation { get; } = OfCategories(
        static codePoint => codePoint is (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~'),
        UnicodeCategory.ConnectorPunctuation, UnicodeCategory.DashPunctuation, UnicodeCategory.OpenPunctuation, UnicodeCategory.ClosePunctuation,
        UnicodeCategory.InitialQuotePunctuation, UnicodeCategory.FinalQuotePunctuation, UnicodeCategory.OtherPunctuation);

    public static CodePointSet Hexadecimal { get; } = new(static codePoint => codePoint < 128 && char.IsAsciiHexDigit((char)codePoint));

    public static CodePointSet NotLineFeed { get; } = new(static codePoint => codePoint != '\n');

    public static CodePointSet OfCategories(Func<int, bool>? others, params IReadOnlyList<UnicodeCategory> categories)
    {
        var mask = 0u;
        foreach (var category in categories)
        {
            mask |= 1u << (int)category;
        }

        return new CodePointSet(codePoint => ((mask >> (int)CharUnicodeInfo.GetUnicodeCategory(codePoint)) & 1) != 0 || others?.Invoke(codePoint) == true);
    }

    public static CodePointSet Range(int first, int last) => new(codePoint => codePoint >= first && codePoint <= last);

    public static CodePointSet AnyOf(IReadOnlyList<CodePointSet> sets) => sets is [var one] ? one : new CodePointSet(codePoint => sets.Any(set => set.Holds(codePoint)));

    public CodePointSet And(CodePointSet other) => new(codePoint => Holds(codePoint) && other.Holds(codePoint));

    public CodePointSet Not() => new(codePoint => !Holds(codePoint));

    public bool Contains(int codePoint)
    {
        var page = _pages?[codePoint >> PageBits] ?? Fill(codePoint >> PageBits);
        return ((page[(codePoint >> 6) & 3] >> (codePoint & 63)) & 1) != 0;
    }

    // Without a page: while a set is put together from others, theirs would be made for nothing.
    private bool Holds(int codePoint) => test(codePoint);

    private ulong[] Fill(int number)
    {
        var page = new ulong[4];
        for (var i = 0; i < 1 << PageBits; i++)
        {
            if (test((number << PageBits) + i))
            {
                page[i >> 6] |= 1UL << (i & 63);
            }
        }

        var pages = _pages ?? Interlocked.CompareExchange(ref _pages, new ulong[]?[0x110000 >> PageBits], null) ?? _pages;
        return pages[number] = page;
    }
}
