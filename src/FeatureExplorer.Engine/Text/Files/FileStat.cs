using System.Runtime.InteropServices;

namespace FeatureExplorer.Engine.Text.Files;

/// <summary>
/// What a path leads to, links followed, without opening it: opening a pipe waits for whoever writes to it. Two paths with one
/// <see cref="Identity"/> lead to the same file.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Identity">Device and number of the file; its path where the system has no numbers.</param>
/// <param name="IsLink">The path itself is a symbolic link.</param>
/// <param name="Length">Bytes of a file.</param>
/// <param name="Modified">When it was last written, UTC.</param>
/// <param name="Problem">Why it cannot be looked at, following its name; empty where it can.</param>
internal readonly partial record struct FileStat(FileKind Kind, (long Device, long Node, string? Path) Identity, bool IsLink, long Length, DateTime Modified, string Problem)
{
    private const int TypeMask = 0xF000;
    private const int LinkType = 0xA000;
    private const int NotFound = 2;
    private const int LinuxTooManyLinks = 40;
    private const int OtherTooManyLinks = 62;

    public static FileStat Of(string path) => OperatingSystem.IsWindows() ? OfWindows(path) : OfUnix(path);

    private static FileStat OfUnix(string path)
    {
        if (LStat(path, out var status) != 0)
        {
            return Nothing(path, Marshal.GetLastPInvokeError(), isLink: false);
        }

        var isLink = (status.Mode & TypeMask) == LinkType;
        return isLink && Stat(path, out status) != 0
            ? Nothing(path, Marshal.GetLastPInvokeError(), isLink: true)
            : new FileStat(
                KindOf(status.Mode), (status.Dev, status.Ino, null), isLink, status.Size,
                DateTime.UnixEpoch.AddTicks((status.MTime * TimeSpan.TicksPerSecond) + (status.MTimeNsec / TimeSpan.NanosecondsPerTick)), "");
    }

    private static FileKind KindOf(int mode) => (mode & TypeMask) switch
    {
        0x8000 => FileKind.File,
        0x4000 => FileKind.Folder,
        0x1000 => FileKind.Pipe,
        0xC000 => FileKind.Socket,
        _ => FileKind.Device,
    };

    private static FileStat Nothing(string path, int error, bool isLink) => Nothing(isLink, error switch
    {
        NotFound when isLink => "is a link that leads nowhere",
        // What is no UTF-8 in a name reads as this character; the system does not know the file by it.
        NotFound when path.Contains('\uFFFD', StringComparison.Ordinal) => "has a name that is not valid UTF-8: rename it to have it read",
        NotFound => "is not there any more",
        LinuxTooManyLinks or OtherTooManyLinks => "is a link that leads in a circle",
        _ => $"cannot be read ({Marshal.GetPInvokeErrorMessage(error)})",
    });

    private static FileStat Nothing(bool isLink, string problem) => new(FileKind.None, default, isLink, 0, default, problem);

    private static FileStat OfWindows(string path)
    {
        try
        {
            FileSystemInfo entry = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
            var isLink = entry.LinkTarget is not null;
            var target = isLink ? entry.ResolveLinkTarget(returnFinalTarget: true)! : entry;
            return target switch
            {
                { Exists: false } => Nothing(isLink, isLink ? "is a link that leads nowhere" : "is not there any more"),
                FileInfo file => new FileStat(FileKind.File, (0, 0, file.FullName), isLink, file.Length, file.LastWriteTimeUtc, ""),
                _ => new FileStat(FileKind.Folder, (0, 0, target.FullName), isLink, 0, target.LastWriteTimeUtc, ""),
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Nothing(isLink: false, $"cannot be read ({exception.Message})");
        }
    }

    // The runtime's own library has the same layout on every Unix, which the C library's function does not.
    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_Stat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, out Status status);

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_LStat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LStat(string path, out Status status);

    [StructLayout(LayoutKind.Sequential)]
    private struct Status
    {
        public int Flags;
        public int Mode;
        public uint Uid;
        public uint Gid;
        public long Size;
        public long ATime;
        public long ATimeNsec;
        public long MTime;
        public long MTimeNsec;
        public long CTime;
        public long CTimeNsec;
        public long BirthTime;
        public long BirthTimeNsec;
        public long Dev;
        public long RDev;
        public long Ino;
        public uint UserFlags;
    }
}
