namespace FeatureExplorer.Engine.Checkpoints;

/// <summary>A file does not hold what was written to it: it was cut off, overwritten, or the disk fails. Nothing is counted from it.</summary>
public sealed class DamagedFileException : IOException
{
    /// <summary>Folders of the path that a message names: enough to find the file in its data folder. The rest concerns nobody but the machine's administrator.</summary>
    private const int FoldersNamed = 3;

    /// <param name="path">The file.</param>
    /// <param name="why">How it was noticed.</param>
    /// <param name="cause">What the file was read with, or null.</param>
    public DamagedFileException(string path, string why, Exception? cause = null)
        : base($"The file {Short(path)} is damaged: {why}. Restore it from a backup, or repeat the run or import that wrote it.", cause)
    {
        FilePath = Path.GetFullPath(path);
        Why = why;
    }

    /// <summary>The full path of the file.</summary>
    public string FilePath { get; }

    /// <summary>How it was noticed.</summary>
    public string Why { get; }

    private static string Short(string path) => string.Join('/', Path.GetFullPath(path).Split(Path.DirectorySeparatorChar).TakeLast(FoldersNamed + 1));
}
