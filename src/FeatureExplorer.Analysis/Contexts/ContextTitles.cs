namespace FeatureExplorer.Analysis.Contexts;

/// <summary>What readers see of contexts' names.</summary>
public static class ContextTitles
{
    /// <summary>What the names of domains begin with.</summary>
    public const string DomainPrefix = "domain:";

    // Written in capitals wherever they stand.
    private static readonly HashSet<string> Abbreviations = ["csv", "dna", "html", "http", "json", "sql", "url", "xml", "yaml"];

    private const string TitlePrefix = "Domain: ";

    /// <summary>"Domain: English narrative" of a domain "english_narrative".</summary>
    public static string OfDomain(string domain) => TitlePrefix + Words(domain);

    /// <summary>A context's title in a sentence: "English narrative" of "Domain: English narrative".</summary>
    public static string InSentence(string title)
    {
        ArgumentNullException.ThrowIfNull(title);
        return title.StartsWith(TitlePrefix, StringComparison.Ordinal) ? title[TitlePrefix.Length..] : title;
    }

    /// <summary>The context with the title that readers see; earlier programs wrote another one for domains.</summary>
    public static ContextInfo Titled(ContextInfo context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Kind == ContextKind.Domain && context.Name.StartsWith(DomainPrefix, StringComparison.Ordinal)
            ? context with { Title = OfDomain(context.Name[DomainPrefix.Length..]) }
            : context;
    }

    private static string Words(string domain)
    {
        string[] words = [.. domain.Split('_', StringSplitOptions.RemoveEmptyEntries).Select(static word => Abbreviations.Contains(word) ? word.ToUpperInvariant() : word)];
        return words.Length == 0 ? domain : char.ToUpperInvariant(words[0][0]) + string.Join(' ', words)[1..];
    }
}
