using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Training.Queue;

/// <summary>Lets one run at a time write to a data folder; the operating system gives the lock back when the process dies.</summary>
public sealed class RunLock : IDisposable
{
    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, or returns null when another run holds it.</summary>
    /// <exception cref="IOException">The folder cannot be written, or the disk is full.</exception>
    public static RunLock? TryTake(string folder)
    {
        Directory.CreateDirectory(folder);
        return LockFile.TryOpen(folder, "run.lock") is { } file ? new RunLock(file) : null;
    }

    public void Dispose() => _file.Dispose();
}
