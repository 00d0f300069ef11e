namespace FeatureExplorer.Engine.Text.Files;

/// <summary>The names of domains in one file of JSON lines; each one that had to be changed is told of once.</summary>
internal sealed class DomainNames(CorpusFile file, CorpusReading reading)
{
    private const int MostKept = 1000;

    private readonly Dictionary<string, string?> _changed = new(StringComparer.Ordinal);

    /// <summary>The name to use for that of a line; null where there is none.</summary>
    public string? Of(string? name, long line)
    {
        if (name is null)
        {
            return null;
        }

        if (_changed.TryGetValue(name, out var known))
        {
            return known;
        }

        var used = DomainName.Of(name);
        if (used != name)
        {
            reading.Report(new CorpusProblem(file.Path, line, Message(name, used), false));
            if (_changed.Count < MostKept)
            {
                _changed.Add(name, used);
            }
        }

        return used;
    }

    /// <summary>What there is to say of the names that come from folders and files; each once.</summary>
    public static IEnumerable<CorpusProblem> OfFolders(IEnumerable<CorpusFile> files) => files
        .Where(static file => file.ChangedDomain is not null).DistinctBy(static file => file.DomainPath)
        .Select(static file => new CorpusProblem(file.DomainPath, 0, Message(file.ChangedDomain!, file.Domain), false));

    private static string Message(string name, string? used) =>
        used is null ? "a domain without a name that can be shown"
        : name.Length > DomainName.Longest ? $"a domain name of {name.Length} characters, shortened to \"{used}\""
        : $"a domain name with characters that cannot be shown, taken as \"{used}\"";
}
