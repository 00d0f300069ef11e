using System.Collections.Concurrent;

namespace FeatureExplorer.Engine.Checkpoints;

/// <summary>The files that this process has found damaged, until they change or are found whole again.</summary>
public static class DamagedFiles
{
    private static readonly ConcurrentDictionary<string, Entry> Known = new(StringComparer.Ordinal);
    private static long _version;

    /// <summary>Changes whenever a file comes to the list or leaves it.</summary>
    public static long Version => Interlocked.Read(ref _version);

    /// <summary>Full paths of all of them.</summary>
    public static IReadOnlyList<string> All => [.. Known.Keys.Order(StringComparer.Ordinal)];

    /// <summary>What there is to say of the damaged files in a folder and those below it, by path.</summary>
    public static IReadOnlyList<string> Within(string folder)
    {
        var prefix = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
        return [.. Known.Where(file => file.Key.StartsWith(prefix, StringComparison.Ordinal) && IsStill(file.Key, file.Value))
            .OrderBy(static file => file.Key, StringComparer.Ordinal).Select(static file => file.Value.Message)];
    }

    /// <summary>Notes that a file is damaged; gives the exception to throw.</summary>
    public static DamagedFileException Found(string path, string why, Exception? cause = null)
    {
        var exception = new DamagedFileException(path, why, cause);
        var (length, written) = State(exception.FilePath);
        var entry = new Entry(length, written, exception.Message);
        if (!Known.TryGetValue(exception.FilePath, out var before) || before != entry)
        {
            Known[exception.FilePath] = entry;
            Interlocked.Increment(ref _version);
        }

        return exception;
    }

    /// <summary>Notes that a file is whole.</summary>
    public static void Whole(string path)
    {
        if (Known.TryRemove(Path.GetFullPath(path), out _))
        {
            Interlocked.Increment(ref _version);
        }
    }

    /// <summary>Notes that what was said of a file holds no longer; other damage of it stays noted.</summary>
    /// <param name="path">The file.</param>
    /// <param name="why">How the damage was noticed that has gone.</param>
    public static void Settled(string path, string why)
    {
        var full = Path.GetFullPath(path);
        if (Known.TryGetValue(full, out var entry) && entry.Message == new DamagedFileException(full, why).Message && Known.TryRemove(KeyValuePair.Create(full, entry)))
        {
            Interlocked.Increment(ref _version);
        }
    }

    internal static (long Length, DateTime Written) State(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? (file.Length, file.LastWriteTimeUtc) : (-1, default);
    }

    private static bool IsStill(string path, Entry entry)
    {
        if (State(path) == (entry.Length, entry.Written))
        {
            return true;
        }

        Whole(path);
        return false;
    }

    private sealed record Entry(long Length, DateTime Written, string Message);
}
