using System.Globalization;
using System.Text;
using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Analysis.Verdicts;

/// <summary>
/// What a feature is called: people's label, else a sentence made from its figures. A context names it where the feature follows the context closely
/// (<see cref="EvidenceRules.SensitiveHolds"/>), the tokens of its top examples where they are few, and otherwise what it correlates with.
/// </summary>
/// <param name="Text">The name, one line.</param>
/// <param name="Source">Where it comes from.</param>
public sealed record FeatureName(string Text, FeatureNameSource Source)
{
    /// <summary>Up to so many different tokens are a pattern that names a feature.</summary>
    public const int FewTokens = 3;

    private const int Named = 2;
    private const int LongestToken = 20;

    /// <summary>The name of a feature.</summary>
    /// <param name="label">People's label; null or empty for none.</param>
    /// <param name="facts">What is known of the feature.</param>
    public static FeatureName Of(string? label, FeatureNameFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return string.IsNullOrEmpty(label) ? new FeatureName(Generate(facts), FeatureNameSource.Generated) : new FeatureName(label, FeatureNameSource.Label);
    }

    private static string Generate(FeatureNameFacts facts)
    {
        var (tokens, promotes) = (Distinct(facts.FiresOn), Distinct(facts.Promotes));
        return facts.State switch
        {
            FeatureState.Dead => "Dead: never fires",
            FeatureState.Ultralow => tokens.Count == 0 ? "Ultralow density" : $"Ultralow density: fires on {Join(tokens.Take(FewTokens))}",
            _ => Subject(facts, tokens) + (promotes.Count == 0 ? string.Empty : $": promotes {Join(promotes.Take(Named))}"),
        };
    }

    private static string Subject(FeatureNameFacts facts, List<string> tokens)
    {
        // A pattern of tokens only where all of them are known and can be read.
        var few = facts.FiresOn.Count <= FewTokens && tokens.Count > 0 && facts.FiresOn.All(IsReadable);
        var single = few && tokens.Count == 1 ? tokens[0] : null;
        if (facts.Context is { } context && facts.Pearson >= EvidenceRules.SensitiveHolds)
        {
            return single is null ? context : $"{context}, token {Show(single)}";
        }

        if (single is not null)
        {
            return $"Token {Show(single)}";
        }

        if (few)
        {
            return $"Tokens {Join(tokens)}";
        }

        return facts.Context is { } near && facts.Pearson >= EvidenceRules.SensitiveWeak
            ? string.Create(CultureInfo.InvariantCulture, $"Correlates with {near} ({facts.Pearson:0.00})")
            : tokens.Count > 0 ? $"Fires on {Join(tokens.Take(Named))} and other tokens"
            : facts.FiresOn.Count > 0 ? "Fires on parts of characters" : "No pattern found";
    }

    /// <summary>Tokens that can be read, without the space before them and without repeats.</summary>
    private static List<string> Distinct(IEnumerable<string> tokens) =>
        [.. tokens.Where(IsReadable).Select(static t => t.Trim(' ')).Distinct(StringComparer.Ordinal)];

    // Neither bytes of half a character nor spaces alone.
    private static bool IsReadable(string token) => !token.Contains("\\x", StringComparison.Ordinal) && token.Trim(' ').Length > 0;

    private static string Join(IEnumerable<string> tokens) => string.Join(", ", tokens.Select(Show));

    /// <summary>Words and numbers as they are, everything else in quotes.</summary>
    private static string Show(string token)
    {
        var shown = token.Length <= LongestToken ? token : Cut(token) + "…";
        return shown.EnumerateRunes().All(static r => Rune.IsLetterOrDigit(r) || Rune.GetUnicodeCategory(r) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark)
            ? shown
            : $"“{shown}”";
    }

    // Not through the middle of a character of two halves.
    private static string Cut(string token) => token[..(char.IsHighSurrogate(token[LongestToken - 1]) ? LongestToken - 1 : LongestToken)];
}
