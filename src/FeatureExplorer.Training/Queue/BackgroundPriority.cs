using System.Runtime.InteropServices;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Training.Queue;

/// <summary>
/// Lets pages go before training. Thread priorities of .NET do nothing on Linux, where every thread has a "nice" value of its own instead:
/// 10 leaves a thread about a tenth of a contended processor.
/// </summary>
public static partial class BackgroundPriority
{
    private const int Nice = 10;
    private const int NiceOfAnswers = 5;
    private const int OfOneThread = 0;

    [ThreadStatic]
    private static bool t_lowered;

    /// <summary>Lowers the calling thread and the engine's worker threads for the rest of their lives.</summary>
    public static void Lower()
    {
        LowerThisThread();
        // A job that is long enough for every worker to join in. A thread that comes later is born with its parent's value.
        WorkerPool.For(WorkerPool.Threads * 8, (_, _) =>
        {
            LowerThisThread();
            Thread.Sleep(1);
        });
    }

    /// <summary>Lowers the calling thread for the rest of its life to where answers are computed: pages go before them, and they before training.</summary>
    public static void LowerToAnswers() => LowerThisThread(NiceOfAnswers);

    /// <summary>Lowers the calling thread alone, for the rest of its life.</summary>
    public static void LowerThisThread() => LowerThisThread(Nice);

    private static void LowerThisThread(int nice)
    {
        if (t_lowered)
        {
            return;
        }

        t_lowered = true;
        if (OperatingSystem.IsLinux())
        {
            // It may fail where the process is not allowed to: training then takes its full share.
            _ = SetPriority(OfOneThread, 0, nice);
        }
        else
        {
            Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int nice);
}
