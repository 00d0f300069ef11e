using System.Globalization;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Web.Operations;

/// <summary>
/// Keeps small what of mapped files counts as this process's memory. Indexes, contexts and tokens come to gigabytes, and what has been read of them once would stay
/// for as long as the process lives. The system's cache keeps it anyway, as long as nobody needs the memory more.
/// </summary>
public static class MappedMemory
{
    /// <summary>Kilobytes of files, the program's own libraries among them, from which on the mapped ones are let go.</summary>
    private const long Most = 96 << 10;

    private const string Status = "/proc/self/status";
    private const string Field = "RssFile:";
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(4);

    /// <summary>Looks at it several times a second from now on, where the system tells.</summary>
    public static void KeepSmall()
    {
        if (Kilobytes() is not null)
        {
            // A thread of its own: those of the pool come late when all of them are at work, which is when files are read fastest.
            new Thread(Watch) { IsBackground = true, Name = "Mapped memory" }.Start();
        }
    }

    private static void Watch()
    {
        for (var interval = Shortest; ;)
        {
            Thread.Sleep(interval);
            var now = Kilobytes();
            if (now > Most)
            {
                MappedFile.ForgetAll();
            }

            // Whoever goes through gigabytes right now has them back at once: letting go of them often would only cost time.
            interval = now <= 4 * Most ? Shortest : interval < Longest ? interval * 2 : Longest;
        }
    }

    private static long? Kilobytes()
    {
        try
        {
            var line = File.ReadLines(Status).FirstOrDefault(static line => line.StartsWith(Field, StringComparison.Ordinal));
            return long.TryParse(line?[Field.Length..].Replace("kB", null, StringComparison.Ordinal), NumberStyles.Integer, CultureInfo.InvariantCulture, out var kilobytes)
                ? kilobytes
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // no Linux
        }
    }
}
