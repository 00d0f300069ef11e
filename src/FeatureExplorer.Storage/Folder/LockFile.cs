namespace FeatureExplorer.Storage.Folder;

/// <summary>A file that one process at a time can hold open; the operating system gives it back when the process dies.</summary>
public static class LockFile
{
    // What operating systems answer when another holds it: EWOULDBLOCK on Linux and macOS, sharing and lock violations on Windows.
    private static readonly int[] HeldCodes = [11, 35, 32, 33];

    /// <summary>Opens it, or returns null when another process has.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="name">Of the file.</param>
    /// <exception cref="IOException">The folder cannot be written, or the disk is full.</exception>
    public static FileStream? TryOpen(string folder, string name)
    {
        try
        {
            return new FileStream(Path.Combine(folder, name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (HeldCodes.Contains(exception.HResult & 0xFFFF))
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException(DataFault.Sentence(exception, folder), exception);
        }
    }
}
