namespace FeatureExplorer.Analysis.Contexts.Expressions;

/// <summary>The words of the grammar of contexts.</summary>
internal static class ContextGrammar
{
    /// <summary>"regex:, tokens:, …", for messages.</summary>
    public static string KindsInWords { get; } = string.Join(", ", Enum.GetValues<ContextPartKind>().Select(static kind => Word(kind) + ":"));

    public static string Word(ContextPartKind kind) => kind.ToString().ToLowerInvariant();

    public static ContextPartKind? Kind(string word)
    {
        foreach (var kind in Enum.GetValues<ContextPartKind>())
        {
            if (string.Equals(Word(kind), word, StringComparison.OrdinalIgnoreCase))
            {
                return kind;
            }
        }

        return null;
    }

    /// <summary>Whether a part's argument is text of the corpus, in which spaces count, rather than a name.</summary>
    public static bool IsText(ContextPartKind kind) => kind is ContextPartKind.Regex or ContextPartKind.Tokens or ContextPartKind.Previous;

    /// <summary>Whether a letter may be part of a context's name.</summary>
    public static bool IsNameLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-';
}
