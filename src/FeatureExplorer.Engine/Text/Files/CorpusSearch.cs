namespace FeatureExplorer.Engine.Text.Files;

/// <summary>
/// Finds the files of a corpus: each once, however many paths, links and hard links lead to it, by its own path rather than by a link's where there is
/// one. Nothing is opened; what is no file is named and passed over.
/// </summary>
internal sealed class CorpusSearch
{
    private readonly CancellationToken _cancellation;
    private readonly HashSet<(long, long, string?)> _met = [];
    private readonly Queue<(Root Root, string Path, string Name, FileStat Stat)> _links = [];
    private readonly List<StoredFile> _stored = [];

    /// <exception cref="FileNotFoundException">A path does not exist.</exception>
    /// <exception cref="InvalidDataException">A folder holds no file of a known kind, or a path is no file or folder.</exception>
    public CorpusSearch(IEnumerable<string> paths, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        var roots = paths.Select(path => new Root(path, Problems)).ToList();
        roots.ForEach(Begin);
        // Links come last, so that what lies in one of the folders goes by its own name.
        while (_links.TryDequeue(out var link))
        {
            Take(link.Root, link.Path, link.Name, link.Stat);
        }

        foreach (var root in roots)
        {
            root.Files.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
            Files.AddRange(root.Files);
            Problems.AddRange(root.Unread.Problems());
        }

        if (roots.Find(static root => !root.HasText) is { } empty)
        {
            throw new InvalidDataException(
                $"No text was found in {(empty.IsFolder ? "the folder " : "")}{empty.Path}. Files of these kinds are read: .txt, .md, source code, .jsonl and .jsonl.gz. {empty.Why()}");
        }
    }

    /// <summary>The files to read, in order: paths as given, within a folder by name.</summary>
    public List<CorpusFile> Files { get; } = [];

    /// <summary>What was passed over, and why.</summary>
    public List<CorpusProblem> Problems { get; } = [];

    /// <summary>All files that were met, read or not, in the order of their paths.</summary>
    public IReadOnlyList<StoredFile> Stored => [.. _stored.OrderBy(static file => file.Path, StringComparer.Ordinal)];

    private void Begin(Root root)
    {
        var stat = FileStat.Of(root.Path);
        if (stat.Kind == FileKind.None && !System.IO.Path.Exists(root.Path))
        {
            throw new FileNotFoundException($"There is no file or folder {root.Path} to read a corpus from.", root.Path);
        }

        root.IsFolder = stat.Kind == FileKind.Folder;
        if (root.IsFolder)
        {
            Enter(root, System.IO.Path.GetFullPath(root.Path), "", stat);
        }
        else if (stat.Kind == FileKind.File)
        {
            // A file that is named is wanted, whatever its extension.
            Add(root, root.Path, System.IO.Path.GetFileName(root.Path), stat);
        }
        else
        {
            root.PassOver(root.Path, stat);
        }
    }

    private void Enter(Root root, string folder, string prefix, FileStat stat)
    {
        if (!_met.Add(stat.Identity))
        {
            root.HasText = true; // what it holds is found by another path
            return;
        }

        string[] entries;
        try
        {
            entries = Directory.GetFileSystemEntries(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            root.Report(new CorpusProblem(folder, 0, $"cannot be read ({exception.Message})", true));
            return;
        }

        Array.Sort(entries, StringComparer.Ordinal);
        foreach (var path in entries)
        {
            _cancellation.ThrowIfCancellationRequested();
            var name = System.IO.Path.GetFileName(path);
            if (name.StartsWith('.'))
            {
                root.Unread.AddHidden(name);
                continue;
            }

            var found = FileStat.Of(path);
            if (found.IsLink && found.Kind != FileKind.None)
            {
                _links.Enqueue((root, path, prefix + name, found));
            }
            else
            {
                Take(root, path, prefix + name, found);
            }
        }
    }

    private void Take(Root root, string path, string name, FileStat stat)
    {
        switch (stat.Kind)
        {
            case FileKind.Folder:
                Enter(root, path, name + "/", stat);
                break;
            case FileKind.File when CorpusFile.IsText(name):
                Add(root, path, name, stat);
                break;
            case FileKind.File when _met.Add(stat.Identity):
                root.Unread.Add(System.IO.Path.GetFileName(path), CorpusFile.KindOf(name));
                Store(path, stat);
                break;
            case FileKind.File:
                break;
            default:
                root.PassOver(path, stat);
                break;
        }
    }

    private void Add(Root root, string path, string name, FileStat stat)
    {
        root.HasText = true;
        if (_met.Add(stat.Identity))
        {
            root.Files.Add(CorpusFile.Of(path, name, stat.Length));
            Store(path, stat);
        }
    }

    private void Store(string path, FileStat stat) => _stored.Add(new StoredFile(System.IO.Path.GetFullPath(path), stat.Length, stat.Modified));

    /// <summary>One of the paths that were given, and what was found below it.</summary>
    private sealed class Root(string path, List<CorpusProblem> problems)
    {
        private CorpusProblem? _first;

        public string Path { get; } = path;

        public bool IsFolder { get; set; }

        /// <summary>Whether there is text below it, found by this path or by another.</summary>
        public bool HasText { get; set; }

        public List<CorpusFile> Files { get; } = [];

        public UnreadFiles Unread { get; } = new(path);

        public void PassOver(string path, FileStat stat) => Report(new CorpusProblem(path, 0, stat.Kind switch
        {
            FileKind.Pipe => "is a pipe, not a file",
            FileKind.Socket => "is a socket, not a file",
            FileKind.Device => "is a device, not a file",
            _ => stat.Problem,
        }, true));

        public void Report(CorpusProblem problem)
        {
            _first ??= problem;
            problems.Add(problem);
        }

        public string Why()
        {
            string[] reasons = [.. Unread.Problems().Select(static problem => problem.Message), .. _first is null ? (string[])[] : [_first.ToString()]];
            return reasons.Length == 0 ? "It is empty." : $"{string.Join("; ", reasons)}.";
        }
    }
}
