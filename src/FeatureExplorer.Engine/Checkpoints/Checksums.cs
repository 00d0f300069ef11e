namespace FeatureExplorer.Engine.Checkpoints;

/// <summary>Writes whole files together with their checksums, reads small ones at once, and checks any.</summary>
public static class Checksums
{
    /// <summary>
    /// As <see cref="AtomicFile.Write"/>, with checksums beside. At no moment do checksums lie beside a file that they do not belong to: a process that is killed in
    /// between leaves a file without any.
    /// </summary>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        BlockChecksums? checksums = null;
        AtomicFile.Write(path, stream =>
        {
            write(stream);
            checksums = BlockChecksums.Of(stream);
            File.Delete(BlockChecksums.FileOf(path));
        });
        checksums!.Write(path);
        DamagedFiles.Whole(path);
    }

    /// <summary>UTF-8 without a byte order mark.</summary>
    public static void WriteAllText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes the checksums of a file that is there already and whole, as far as its maker knows.</summary>
    public static void Record(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        BlockChecksums.Of(stream).Write(path);
    }

    /// <summary>Reads a small file as a whole.</summary>
    /// <exception cref="DamagedFileException">It is not what was written.</exception>
    public static byte[] ReadAllBytes(string path)
    {
        using var file = CheckedFile.Open(path);
        var bytes = new byte[file.Length];
        file.Read(0, bytes.AsSpan());
        return bytes;
    }

    /// <summary>Reads a small file as a whole.</summary>
    /// <exception cref="DamagedFileException">It is not what was written.</exception>
    public static string ReadAllText(string path)
    {
        using var reader = new StreamReader(new MemoryStream(ReadAllBytes(path)));
        return reader.ReadToEnd();
    }

    /// <summary>Reads a file of any size and compares every block; keeps nothing of it in memory.</summary>
    /// <param name="path">The file.</param>
    /// <param name="pause">Called after every block, for whoever reads at leisure.</param>
    /// <returns>False for a file without checksums, of which nothing can be said.</returns>
    /// <exception cref="DamagedFileException">It is not what was written.</exception>
    public static bool Verify(string path, Action<int>? pause = null)
    {
        using var file = CheckedFile.Open(path);
        if (!file.HasChecksums)
        {
            return false;
        }

        var buffer = new byte[BlockChecksums.BlockBytes];
        for (var block = 0; block < file.Blocks; block++)
        {
            var bytes = buffer.AsSpan(0, BlockChecksums.BytesOf(file.Length, block));
            file.Fetch(block, bytes);
            pause?.Invoke(bytes.Length);
        }

        DamagedFiles.Whole(path);
        DamagedFiles.Whole(BlockChecksums.FileOf(path));
        return true;
    }

    /// <summary>Deletes a file and its checksums, where they are there.</summary>
    public static void Delete(string path)
    {
        File.Delete(BlockChecksums.FileOf(path));
        File.Delete(path);
    }
}
