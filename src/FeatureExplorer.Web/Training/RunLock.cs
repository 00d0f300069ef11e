namespace FeatureExplorer.Web.Training;

/// <summary>Lets one run at a time write to a data folder; the operating system gives the lock back when the process dies.</summary>
public sealed class RunLock : IDisposable
{
    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, or returns null when another run holds it.</summary>
    public static RunLock? TryTake(string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new RunLock(new FileStream(Path.Combine(folder, "run.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();
}
