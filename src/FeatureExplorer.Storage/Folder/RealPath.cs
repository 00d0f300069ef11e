namespace FeatureExplorer.Storage.Folder;

/// <summary>Paths with the links of all their parts followed: what a path looks like does not say where it leads.</summary>
public static class RealPath
{
    private static readonly StringComparison Comparison =
        OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    /// <summary>The full path, links followed; parts that do not exist yet stay as they are.</summary>
    /// <exception cref="ArgumentException">A link leads nowhere.</exception>
    public static string Of(string path)
    {
        path = Path.GetFullPath(path);
        var real = Path.GetPathRoot(path)!;
        foreach (var part in Path.GetRelativePath(real, path).Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Where(static part => part != "."))
        {
            real = Path.Combine(real, part);
            FileSystemInfo info = Directory.Exists(real) ? new DirectoryInfo(real) : new FileInfo(real);
            if (info.LinkTarget is not null)
            {
                real = Of((info.ResolveLinkTarget(returnFinalTarget: true) ?? throw new ArgumentException($"The link {real} leads nowhere.")).FullName);
            }
        }

        return real;
    }

    /// <summary>True when a path is a folder itself or lies in it; both are full.</summary>
    public static bool IsWithin(string folder, string path) =>
        string.Equals(path, folder, Comparison) || path.StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, Comparison);

    /// <summary>The name itself, or the first of NAME-2, NAME-3, ... that does not exist yet.</summary>
    public static string Free(string path)
    {
        path = path.TrimEnd(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
        return Enumerable.Range(1, int.MaxValue - 1).Select(number => number == 1 ? path : $"{path}-{number}").First(static free => !Path.Exists(free));
    }
}
