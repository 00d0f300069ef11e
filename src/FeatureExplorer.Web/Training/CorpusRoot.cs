using FeatureExplorer.Storage;

namespace FeatureExplorer.Web.Training;

/// <summary>Names folders below one folder and nothing outside it, whatever a path looks like and wherever links lead.</summary>
public static class CorpusRoot
{
    /// <summary>The folder or file that a relative path names below the root, with all links followed.</summary>
    /// <param name="root">The folder that may be read.</param>
    /// <param name="relative">Below it.</param>
    /// <exception cref="ArgumentException">It is absolute, leads outside, or does not exist.</exception>
    public static string Resolve(string root, string relative)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        if (relative.Contains('\0', StringComparison.Ordinal) || Path.IsPathRooted(relative))
        {
            throw new ArgumentException($"\"{relative}\" must be a path below the server's corpus folder, such as books/french.");
        }

        var real = RealPath.Of(root);
        var full = Path.GetFullPath(Path.Combine(real, relative));
        if (!RealPath.IsWithin(real, full))
        {
            throw Outside(relative);
        }

        if (!Path.Exists(full))
        {
            throw new ArgumentException($"There is no \"{relative}\" in the server's corpus folder.");
        }

        var target = RealPath.Of(full);
        if (!RealPath.IsWithin(real, target))
        {
            throw Outside(relative);
        }

        RefuseLinksOutside(real, target);
        return target;
    }

    private static void RefuseLinksOutside(string root, string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true };
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", options).Where(e => e.LinkTarget is not null))
        {
            if (!RealPath.IsWithin(root, RealPath.Of(entry.FullName)))
            {
                throw Outside(Path.GetRelativePath(root, entry.FullName));
            }
        }
    }

    private static ArgumentException Outside(string path) => new($"\"{path}\" leads out of the server's corpus folder: name something inside it.");
}
