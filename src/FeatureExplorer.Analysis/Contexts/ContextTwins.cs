namespace FeatureExplorer.Analysis.Contexts;

/// <summary>
/// Contexts of the same thing: a script or kind of string, and the corpus domain of that name or of the one language written in it ("dna" and "domain:dna",
/// "hangul" and "domain:korean"). Lists show them as one entry, the script or kind of string, whose score is the larger of the two.
/// </summary>
public static class ContextTwins
{
    private static readonly Dictionary<string, string> ScriptOfLanguage = new(StringComparer.OrdinalIgnoreCase)
    {
        ["korean"] = "hangul",
        ["russian"] = "cyrillic",
        ["chinese"] = "han",
        ["hindi"] = "devanagari",
    };

    /// <summary>The contexts that stand for an entry each: all but the domains that have a twin.</summary>
    public static IReadOnlyList<ContextInfo> Entries(IReadOnlyList<ContextInfo> contexts)
    {
        ArgumentNullException.ThrowIfNull(contexts);
        return [.. contexts.Where(context => EntryOf(contexts, context.Name) == context.Name)];
    }

    /// <summary>Name of the entry that a context belongs to: its own where it has no twin.</summary>
    public static string EntryOf(IReadOnlyList<ContextInfo> contexts, string name)
    {
        ArgumentNullException.ThrowIfNull(contexts);
        ArgumentNullException.ThrowIfNull(name);
        if (!name.StartsWith(ContextTitles.DomainPrefix, StringComparison.Ordinal))
        {
            return name;
        }

        var domain = name[ContextTitles.DomainPrefix.Length..];
        return Find(contexts, domain) ?? (ScriptOfLanguage.TryGetValue(domain, out var script) ? Find(contexts, script) : null) ?? name;
    }

    /// <summary>The contexts of an entry: the one of that name and the domains that are its twins.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<ContextInfo> contexts, string entry)
    {
        ArgumentNullException.ThrowIfNull(contexts);
        return [.. contexts.Where(context => EntryOf(contexts, context.Name) == entry).Select(static context => context.Name)];
    }

    private static string? Find(IReadOnlyList<ContextInfo> contexts, string name) =>
        contexts.FirstOrDefault(context => context.Kind is ContextKind.Script or ContextKind.Characters && string.Equals(context.Name, name, StringComparison.OrdinalIgnoreCase))?.Name;
}
