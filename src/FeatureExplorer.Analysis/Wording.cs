using System.Globalization;

namespace FeatureExplorer.Analysis;

/// <summary>Counts and lists of names in sentences, the same on pages, in messages and over the API.</summary>
public static class Wording
{
    private const int MostNamed = 20;

    /// <summary>"1 document", "2,000 documents", "3 dictionaries".</summary>
    /// <param name="value">How many.</param>
    /// <param name="noun">Of what, in the singular; more than one word where the last is the noun: "held-out token".</param>
    public static string Counted(long value, string noun) => string.Create(CultureInfo.InvariantCulture, $"{value:N0} {Noun(value, noun)}");

    /// <summary>"document", "documents".</summary>
    /// <param name="value">How many.</param>
    /// <param name="noun">Of what, in the singular.</param>
    public static string Noun(long value, string noun)
    {
        ArgumentNullException.ThrowIfNull(noun);
        return value == 1 ? noun
            : noun.EndsWith('y') && !IsVowel(noun[^2]) ? noun[..^1] + "ies"
            : noun.EndsWith("ch", StringComparison.Ordinal) || noun.EndsWith('s') || noun.EndsWith('x') ? noun + "es"
            : noun + "s";
    }

    /// <summary>The word that goes with a count: "is" or "are", "it" or "them".</summary>
    public static string Of(long value, string one, string several) => value == 1 ? one : several;

    /// <summary>Names in a sentence: "A, B and C"; of very many the first ones, and how many more there are.</summary>
    /// <param name="names">In their order.</param>
    /// <param name="last">What comes after them, or null.</param>
    public static string Listed(IReadOnlyCollection<string> names, string? last = null)
    {
        ArgumentNullException.ThrowIfNull(names);
        List<string> all = [.. names.Take(MostNamed)];
        if (names.Count > MostNamed)
        {
            all.Add($"{names.Count - MostNamed} more");
        }

        if (last is not null)
        {
            all.Add(last);
        }

        return all.Count < 2 ? string.Concat(all) : $"{string.Join(", ", all.SkipLast(1))} and {all[^1]}";
    }

    /// <summary>"there is A/0", "there are A/2 and A/10": names in their natural order.</summary>
    public static string ThereAre(IEnumerable<string> names)
    {
        List<string> all = [.. names.Distinct().Order(NaturalOrder.Names)];
        return $"there {Of(all.Count, "is", "are")} {Listed(all)}";
    }

    private static bool IsVowel(char letter) => letter is 'a' or 'e' or 'i' or 'o' or 'u';
}
