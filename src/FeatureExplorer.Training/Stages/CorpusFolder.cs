using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Training.Stages;

/// <summary>From the names in a configuration to files on the disk.</summary>
public static class CorpusFolder
{
    /// <summary>Before the name of a corpus that was added, where a path could stand as well.</summary>
    public const string Prefix = "corpus:";

    /// <summary>The files and folders that a configuration's corpus stands for.</summary>
    /// <exception cref="InvalidDataException">It names a corpus that does not exist or is not ready.</exception>
    public static IReadOnlyList<string> Paths(IReadOnlyList<string> corpus, CorpusStore corpora, DataFolder folder) =>
        [.. corpus.SelectMany(entry => Added(entry) is { } name ? Paths(name, corpora, folder) : [entry])];

    /// <summary>The name of the added corpus that an entry stands for, or null where it is a path.</summary>
    public static string? Added(string entry) => entry.StartsWith(Prefix, StringComparison.Ordinal) ? entry[Prefix.Length..] : null;

    /// <summary>A path for records: within the data folder without the folder's own place.</summary>
    public static string Shown(string path, DataFolder folder)
    {
        var relative = Path.GetRelativePath(folder.Root, path);
        return relative.StartsWith("sources", StringComparison.Ordinal) ? relative.Replace('\\', '/') : path;
    }

    private static IEnumerable<string> Paths(string name, CorpusStore corpora, DataFolder folder)
    {
        var corpus = corpora.Find(name) ?? throw new InvalidDataException($"There is no corpus \"{name}\": add it again, or choose another.");
        return corpus.State == CorpusState.Ready
            ? corpus.Paths.Select(path => Path.GetFullPath(path, folder.Root))
            : throw new InvalidDataException($"The corpus \"{name}\" cannot be used: {corpus.Message}");
    }
}
