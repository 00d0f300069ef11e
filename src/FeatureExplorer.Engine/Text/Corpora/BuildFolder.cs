namespace FeatureExplorer.Engine.Text.Corpora;

/// <summary>
/// The folder in which a corpus is built, or sent files are stored, before it gets its name. Its process holds a lock in it: a folder whose lock nobody holds was left by a process that was
/// killed, and goes away when the next one is made beside it.
/// </summary>
public sealed class BuildFolder : IDisposable
{
    /// <summary>What the names of folders begin with whose files are being fetched, or were until the connection broke.</summary>
    public const string FetchPrefix = ".fetching-";

    private const string Prefix = ".building-";
    private const string LockName = "building.lock";

    // Without a lock it was left by an earlier version, which held none, or its process is about to take one.
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    private readonly FileStream _lock;

    private BuildFolder(string path, FileStream held) => (Path, _lock) = (path, held);

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <summary>Makes one within a folder, and takes those away that nobody works in.</summary>
    public static BuildFolder Create(string parent)
    {
        ClearStale(parent);
        var path = System.IO.Path.Combine(System.IO.Path.GetFullPath(parent), $"{Prefix}{Guid.NewGuid():N}");
        Directory.CreateDirectory(path);
        return new BuildFolder(path, Hold(path, FileMode.CreateNew));
    }

    /// <summary>Takes those away that nobody works in.</summary>
    public static void ClearStale(string parent)
    {
        if (!Directory.Exists(parent))
        {
            return;
        }

        foreach (var folder in Directory.GetDirectories(parent, Prefix + "*"))
        {
            try
            {
                Clear(folder);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A living process works in it, or another has just taken it away.
            }
        }
    }

    /// <summary>Whether a path lies in such a folder, or in one whose files are being fetched.</summary>
    public static bool Holds(string path) => path.Split('/', '\\').Any(static part => part.StartsWith(Prefix, StringComparison.Ordinal) || part.StartsWith(FetchPrefix, StringComparison.Ordinal));

    /// <summary>Gives the folder its name.</summary>
    /// <param name="target">Must not exist.</param>
    public void MoveTo(string target)
    {
        _lock.Dispose();
        File.Delete(System.IO.Path.Combine(Path, LockName));
        Directory.Move(Path, target);
    }

    /// <summary>Deletes the folder, unless it has its name.</summary>
    public void Dispose()
    {
        _lock.Dispose();
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }

    private static void Clear(string folder)
    {
        if (File.Exists(System.IO.Path.Combine(folder, LockName)))
        {
            using (Hold(folder, FileMode.Open))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        else if (Directory.EnumerateFileSystemEntries(folder).Append(folder).Max(File.GetLastWriteTimeUtc) < TimeProvider.System.GetUtcNow().UtcDateTime - Abandoned)
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static FileStream Hold(string folder, FileMode mode) => new(System.IO.Path.Combine(folder, LockName), mode, FileAccess.ReadWrite, FileShare.None);
}
