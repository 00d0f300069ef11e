namespace FeatureExplorer.Web.Operations;

/// <summary>Lets one server at a time use a data folder; the operating system gives the lock back when the process dies.</summary>
public sealed class ServerLock : IDisposable
{
    private readonly FileStream _file;

    private ServerLock(FileStream file) => _file = file;

    /// <summary>Takes the lock.</summary>
    /// <exception cref="IOException">Another server has it.</exception>
    public static ServerLock Take(string folder)
    {
        var path = Path.Combine(folder, "server.lock");
        try
        {
            return new ServerLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException exception) when (File.Exists(path))
        {
            throw new IOException(
                $"Another server is using the data folder {folder}: stop it first, or choose another folder with --data.", exception);
        }
    }

    public void Dispose() => _file.Dispose();
}
