using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Web.Corpora;

/// <summary>Names folders below one folder and nothing outside it, whatever a path looks like and wherever links lead.</summary>
public static class CorpusRoot
{
    /// <summary>The folder or file that a relative path names below the root, with all links followed.</summary>
    /// <param name="root">The folder that may be read.</param>
    /// <param name="relative">Below it.</param>
    /// <param name="what">What the root is called, for messages.</param>
    /// <exception cref="ArgumentException">It is absolute, leads outside, or does not exist.</exception>
    public static string Resolve(string root, string relative, string what = "corpus folder")
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        if (relative.Contains('\0', StringComparison.Ordinal) || Path.IsPathRooted(relative))
        {
            throw new ArgumentException($"\"{relative}\" must be a path below the server's {what}, such as books/french.");
        }

        var real = RealPath.Of(root);
        var full = Path.GetFullPath(Path.Combine(real, relative));
        if (!RealPath.IsWithin(real, full))
        {
            throw Outside(relative, what);
        }

        if (!Path.Exists(full))
        {
            throw new ArgumentException($"There is no \"{relative}\" in the server's {what}.");
        }

        var target = RealPath.Of(full);
        if (!RealPath.IsWithin(real, target))
        {
            throw Outside(relative, what);
        }

        RefuseLinksOutside(real, target, what);
        return target;
    }

    /// <summary>Looks at every link below the folder, and below the folders that links within the root lead to; each folder once.</summary>
    private static void RefuseLinksOutside(string root, string folder, string what)
    {
        var options = new EnumerationOptions { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true };
        var met = new HashSet<string>(StringComparer.Ordinal) { folder };
        var folders = new Queue<string>(met.Where(Directory.Exists));
        while (folders.TryDequeue(out var next))
        {
            foreach (var entry in new DirectoryInfo(next).EnumerateFileSystemInfos("*", options))
            {
                var target = entry.LinkTarget is null ? entry.FullName : Target(entry);
                if (!RealPath.IsWithin(root, target))
                {
                    throw Outside(Path.GetRelativePath(root, entry.FullName), what);
                }

                if (Directory.Exists(target) && met.Add(target))
                {
                    folders.Enqueue(target);
                }
            }
        }
    }

    /// <summary>Where a link leads, or would lead where there is nothing: reading passes over it and says so.</summary>
    private static string Target(FileSystemInfo link)
    {
        try
        {
            return RealPath.Of(link.FullName);
        }
        catch (Exception exception) when (exception is IOException or ArgumentException)
        {
            return Path.GetFullPath(link.LinkTarget!, Path.GetDirectoryName(link.FullName)!);
        }
    }

    private static ArgumentException Outside(string path, string what) => new($"\"{path}\" leads out of the server's {what}: name something inside it.");
}
