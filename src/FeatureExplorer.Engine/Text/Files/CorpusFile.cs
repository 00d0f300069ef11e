namespace FeatureExplorer.Engine.Text.Files;

/// <summary>A file of a corpus.</summary>
/// <param name="Path">As it can be opened.</param>
/// <param name="Name">Below the folder that was given, with forward slashes, as it can be shown.</param>
/// <param name="Domain">The first folder below the one that was given; for JSON lines that lie directly in it, the name of the file.</param>
/// <param name="Length">Bytes as stored.</param>
internal sealed record CorpusFile(string Path, string Name, string? Domain, long Length)
{
    private static readonly HashSet<string> TextExtensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".txt", ".text", ".md", ".markdown", ".rst", ".adoc", ".tex", ".org", ".log", ".csv", ".tsv", ".srt",
        ".html", ".htm", ".xhtml", ".xml", ".svg", ".css", ".scss", ".less", ".json", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf",
        ".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh", ".m", ".mm", ".cs", ".fs", ".vb", ".java", ".kt", ".kts", ".scala", ".groovy",
        ".py", ".pyi", ".rb", ".pl", ".pm", ".php", ".lua", ".r", ".jl", ".go", ".rs", ".swift", ".dart", ".zig", ".nim", ".d",
        ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".vue", ".svelte", ".razor", ".cshtml", ".hs", ".ml", ".mli", ".ex", ".exs", ".erl",
        ".clj", ".lisp", ".el", ".scm", ".sh", ".bash", ".zsh", ".ps1", ".bat", ".sql", ".proto", ".graphql", ".tf", ".gradle", ".cmake",
        ".asm", ".s", ".f90", ".f", ".pas", ".ada", ".v", ".sv", ".vhd", ".csproj", ".props", ".targets", ".sln", ".diff", ".patch",
    };

    /// <summary>Whether its name says that it is compressed; its content decides.</summary>
    public bool IsNamedGzip => Path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    public bool IsJsonLines => ExtensionOf(Path) is ".jsonl" or ".ndjson";

    /// <summary>The domain's name as the disk has it, where it cannot be used as it is; or null.</summary>
    public string? ChangedDomain { get; private init; }

    /// <summary>What the domain's name is that of: the folder, or this file.</summary>
    public string DomainPath { get; private init; } = Path;

    public static CorpusFile Of(string path, string name, long length)
    {
        var given = DomainOf(name);
        var domain = given is null ? null : DomainName.Of(given);
        var below = name.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? name[slash..] : string.Empty;
        return new(path, DomainName.Clean(name), domain, length)
        {
            ChangedDomain = domain == given ? null : given,
            DomainPath = below.Length > 0 && path.EndsWith(below, StringComparison.Ordinal) ? path[..^below.Length] : path,
        };
    }

    /// <summary>Whether a file of this name is read when the folder that it lies in is given.</summary>
    public static bool IsText(string name) => ExtensionOf(name) is var extension && (extension is ".jsonl" or ".ndjson" || TextExtensions.Contains(extension));

    /// <summary>The extension in lower case, with .gz if there is one: ".parquet", ".tar.gz".</summary>
    public static string KindOf(string name) => ExtensionOf(name) + name[WithoutGz(name).Length..].ToLowerInvariant();

    public Stream Open() => new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);

    private static string? DomainOf(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0)
        {
            return name[..slash];
        }

        return ExtensionOf(name) is ".jsonl" or ".ndjson" ? System.IO.Path.GetFileNameWithoutExtension(WithoutGz(name)) : null;
    }

    /// <summary>The extension in lower case, without .gz.</summary>
    private static string ExtensionOf(string name) => System.IO.Path.GetExtension(WithoutGz(name)).ToLowerInvariant();

    private static string WithoutGz(string name) => name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
}
