namespace FeatureExplorer.Engine.Exports;

/// <summary>A file that appears when it is whole, and never takes the place of anything.</summary>
public static class NewFile
{
    /// <summary>Makes it.</summary>
    /// <param name="path">A path at which nothing is.</param>
    /// <param name="write">Writes its content.</param>
    /// <exception cref="IOException">Something is there, or it cannot be written; nothing is left of it then.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var target = NewPath.Demand(path, "file");
        var partial = NewPath.Partial(target);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using (var stream = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(partial, target, overwrite: false);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }
}
