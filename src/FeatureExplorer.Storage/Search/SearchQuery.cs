using System.Globalization;

namespace FeatureExplorer.Storage.Search;

/// <summary>What a reader looks for among the features of all dictionaries.</summary>
/// <param name="Kind">Where to look.</param>
/// <param name="Text">What to look for, without the word that names the kind.</param>
public sealed record SearchQuery(SearchKind Kind, string Text)
{
    /// <summary>Longest text, in characters.</summary>
    public const int LongestText = 200;

    private const int MostTerms = 8;

    /// <summary>The parts of which all must be found: words, or what stands between double quotes.</summary>
    public IReadOnlyList<string> Terms
    {
        get
        {
            var terms = new List<string>();
            foreach (var (part, quoted) in Text.Split('"').Select(static (part, i) => (part, i % 2 == 1)))
            {
                terms.AddRange(quoted ? [part] : part.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            }

            return [.. terms.Where(static term => term.Length > 0).Take(MostTerms)];
        }
    }

    /// <summary>The feature that the text names: "1582", or "A/1/1582" with its dictionary; null where it names none.</summary>
    public (string? Dictionary, int Index)? Id => Kind != SearchKind.Text ? null : Text.Trim('/').Split('/') switch
    {
        [var index] when TryIndex(index, out var number) => (null, number),
        [{ Length: > 0 } model, { Length: > 0 } name, var index] when TryIndex(index, out var number) => ($"{model}/{name}", number),
        _ => null,
    };

    /// <summary>The query that a text describes: "raises: Paris", "context:arabic", or words.</summary>
    public static SearchQuery Parse(string? text)
    {
        text ??= string.Empty;
        text = text.Length > LongestText ? text[..LongestText] : text;
        foreach (var kind in (SearchKind[])[SearchKind.Raises, SearchKind.Context])
        {
            var word = kind.ToString() + ":";
            if (text.TrimStart().StartsWith(word, StringComparison.OrdinalIgnoreCase))
            {
                return new SearchQuery(kind, text.TrimStart()[word.Length..].TrimEnd());
            }
        }

        return new SearchQuery(SearchKind.Text, text.Trim());
    }

    private static bool TryIndex(string text, out int index) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index);
}
