using System.Runtime.InteropServices;

namespace FeatureExplorer.Web.Operations;

/// <summary>
/// Lets large blocks of native memory go back to the system as soon as they are freed. The C library of most Linux systems otherwise keeps blocks of up to 32 MB
/// for later once it has seen them come and go, in a heap for every thread: hundreds of megabytes after the training of a dictionary.
/// </summary>
public static partial class LargeBlocks
{
    private const int MmapThreshold = -3;
    private const int Bytes = 1 << 20;

    /// <summary>Takes effect for the whole process; does nothing on systems without such a setting.</summary>
    public static void ReturnAtOnce()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = SetOption(MmapThreshold, Bytes);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, with habits of its own.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
