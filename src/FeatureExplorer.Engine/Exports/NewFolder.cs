namespace FeatureExplorer.Engine.Exports;

/// <summary>A folder that appears when all of its files are written, and never takes the place of anything.</summary>
public static class NewFolder
{
    /// <summary>Makes it.</summary>
    /// <param name="path">A path at which nothing is, or an empty folder.</param>
    /// <param name="fill">Adds its files.</param>
    /// <exception cref="IOException">Something is there, or it cannot be written; nothing is left of it then.</exception>
    public static void Write(string path, Action<IFileSink> fill)
    {
        ArgumentNullException.ThrowIfNull(fill);
        var target = NewPath.Demand(path, "folder");
        var partial = NewPath.Partial(target);
        try
        {
            Directory.CreateDirectory(partial);
            fill(new Sink(partial));
            if (Directory.Exists(target))
            {
                Directory.Delete(target); // an empty one; it fails where it is no longer so
            }

            Directory.Move(partial, target);
        }
        catch
        {
            if (Directory.Exists(partial))
            {
                Directory.Delete(partial, recursive: true);
            }

            throw;
        }
    }

    private sealed class Sink(string folder) : IFileSink
    {
        public void Add(string name, Action<Stream> write)
        {
            var file = Path.GetFullPath(Path.Combine(folder, name));
            if (!file.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                throw new ArgumentException($"The file {name} would lie outside the folder of the export.", nameof(name));
            }

            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
            write(stream);
            stream.Flush(flushToDisk: true);
        }
    }
}
