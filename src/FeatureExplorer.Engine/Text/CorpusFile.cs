namespace FeatureExplorer.Engine.Text;

/// <summary>A file of a corpus.</summary>
/// <param name="Path">As it can be opened.</param>
/// <param name="Name">Below the folder that was given, with forward slashes.</param>
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

    public bool IsCompressed => Path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    public bool IsJsonLines => ExtensionOf(Path) is ".jsonl" or ".ndjson";

    /// <summary>The files of a corpus in the order in which they are read: paths as given, within a folder by name.</summary>
    /// <param name="problems">Gets the folders that cannot be read.</param>
    /// <exception cref="FileNotFoundException">A path does not exist.</exception>
    /// <exception cref="InvalidDataException">A folder holds no file of a known kind.</exception>
    public static List<CorpusFile> Find(IEnumerable<string> paths, List<CorpusProblem> problems)
    {
        var files = new List<CorpusFile>();
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
            {
                files.AddRange(FindBelow(path, problems));
            }
            else if (File.Exists(path))
            {
                // A file that is named is wanted, whatever its extension.
                var name = System.IO.Path.GetFileName(path);
                files.Add(new CorpusFile(path, name, DomainOf(name), new FileInfo(path).Length));
            }
            else
            {
                throw new FileNotFoundException($"There is no file or folder {path} to read a corpus from.", path);
            }
        }

        return files;
    }

    public Stream Open() => new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);

    private static List<CorpusFile> FindBelow(string folder, List<CorpusProblem> problems)
    {
        var files = new List<CorpusFile>();
        var others = 0;
        foreach (var file in FilesBelow(new DirectoryInfo(folder), [], problems))
        {
            var name = System.IO.Path.GetRelativePath(folder, file.FullName).Replace('\\', '/');
            if (ExtensionOf(name) is var extension && (extension is ".jsonl" or ".ndjson" || TextExtensions.Contains(extension)))
            {
                files.Add(new CorpusFile(file.FullName, name, DomainOf(name), file.Length));
            }
            else
            {
                others++;
            }
        }

        if (files.Count == 0)
        {
            throw new InvalidDataException(
                $"The folder {folder} holds no text: .txt, .md, source code, .jsonl and .jsonl.gz are read, {(others == 0 ? "it is empty" : $"its {others} files are of other kinds")}.");
        }

        files.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return files;
    }

    /// <summary>All files but hidden ones. Links are followed, but no folder is entered twice: a link may lead upwards.</summary>
    private static IEnumerable<FileInfo> FilesBelow(DirectoryInfo folder, HashSet<string> entered, List<CorpusProblem> problems)
    {
        FileSystemInfo[] entries;
        try
        {
            var target = folder.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder.FullName;
            entries = entered.Add(target) ? folder.GetFileSystemInfos() : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add(new CorpusProblem(folder.FullName, 0, $"cannot be read ({exception.Message})", true));
            yield break;
        }

        foreach (var entry in entries.Where(entry => !entry.Name.StartsWith('.')))
        {
            if (entry is FileInfo file && file.Exists)
            {
                yield return file;
            }
            else if (entry is DirectoryInfo inner)
            {
                foreach (var below in FilesBelow(inner, entered, problems))
                {
                    yield return below;
                }
            }
        }
    }

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
