using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Web.Operations;

/// <summary>Lets one server at a time use a data folder; the operating system gives the lock back when the process dies.</summary>
public sealed class ServerLock : IDisposable
{
    private readonly FileStream _file;

    private ServerLock(FileStream file) => _file = file;

    /// <summary>Takes the lock.</summary>
    /// <exception cref="IOException">Another server has it, the folder cannot be written, or the disk is full.</exception>
    public static ServerLock Take(string folder)
    {
        return LockFile.TryOpen(folder, "server.lock") is { } file
            ? new ServerLock(file)
            : throw new IOException($"Another server is using the data folder {folder}: stop it first, or choose another folder with --data.");
    }

    public void Dispose() => _file.Dispose();
}
