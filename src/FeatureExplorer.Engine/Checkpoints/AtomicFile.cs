using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace FeatureExplorer.Engine.Checkpoints;

/// <summary>Writes files that appear whole or not at all, also across a crash or a power cut.</summary>
public static partial class AtomicFile
{
    /// <summary>A temporary file older than this process belongs to one that is gone.</summary>
    private static readonly DateTime ProcessStart = Process.GetCurrentProcess().StartTime.ToUniversalTime();

    /// <summary>
    /// Writes to a temporary name in the same folder, flushes to the disk and renames over <paramref name="path"/>.
    /// Creates the folder. Whatever <paramref name="write"/> throws leaves the old file as it was. What a killed process left of the same
    /// file goes away with the next whole one.
    /// </summary>
    public static void Write(string path, Action<Stream> write, UnixFileMode? mode = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        var target = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(target) ?? throw new ArgumentException($"{path} is a root, not a file.", nameof(path));
        Directory.CreateDirectory(folder);
        var temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, Options(mode)))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, target, overwrite: true);
            RemoveLeftovers(target, ProcessStart);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        FlushFolder(folder);
    }

    /// <summary>Deletes what writing <paramref name="path"/> left behind when a process was killed in the middle of it. Nobody may be writing it.</summary>
    public static void RemoveLeftovers(string path) => RemoveLeftovers(Path.GetFullPath(path), DateTime.MaxValue);

    private static void RemoveLeftovers(string target, DateTime before)
    {
        var folder = Path.GetDirectoryName(target);
        if (!Directory.Exists(folder))
        {
            return;
        }
        foreach (var file in Directory.EnumerateFiles(folder, $"{Path.GetFileName(target)}.*.tmp"))
        {
            if (File.GetLastWriteTimeUtc(file) < before)
            {
                File.Delete(file);
            }
        }
    }

    private static FileStreamOptions Options(UnixFileMode? mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 1 << 16 };
        if (mode is not null && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        return options;
    }

    /// <summary>UTF-8 without a byte order mark.</summary>
    public static void WriteAllText(string path, string text) =>
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    public static void WriteAllBytes(string path, ReadOnlyMemory<byte> bytes) =>
        Write(path, stream => stream.Write(bytes.Span));

    /// <summary>The rename itself lies in the folder's data: on Unix that has to reach the disk too. .NET opens no folders, hence the calls to libc.</summary>
    private static void FlushFolder(string folder)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            return;
        }
        var descriptor = Open(folder, 0);
        if (descriptor < 0)
        {
            return; // a folder that may be written but not read
        }
        _ = Fsync(descriptor); // some network file systems refuse it for folders; the file itself is safe by then
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
