namespace FeatureExplorer.Engine.Exports;

/// <summary>The place of something that is to be written and may not take the place of anything.</summary>
public static class NewPath
{
    /// <summary>The full path, after a look at what is there.</summary>
    /// <param name="path">Where it is to be.</param>
    /// <param name="kind">What it is to be: "file" or "folder".</param>
    /// <exception cref="IOException">Something is there: a file, a link, or a folder with something in it.</exception>
    public static string Demand(string path, string kind)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(target) is null)
        {
            throw new IOException($"{path} is the root of a volume: name a new {kind}.");
        }

        var emptyFolder = kind == "folder" && Directory.Exists(target) && new DirectoryInfo(target).LinkTarget is null && !Directory.EnumerateFileSystemEntries(target).Any();
        return (Path.Exists(target) || new FileInfo(target).LinkTarget is not null) && !emptyFolder
            ? throw new IOException($"{target} exists, and nothing is overwritten: name a new {kind} with --out.")
            : target;
    }

    internal static string Partial(string target) => $"{target}.{Guid.NewGuid():N}.partial";
}
