using FeatureExplorer.Torch;
using FeatureExplorer.Torch.Library;

namespace FeatureExplorer.Tests.Torch;

/// <summary>libtorch on the processor, from the folder that <c>scripts/torch.sh cpu artifacts/torch</c> makes (as <c>test.sh</c> does) or Torch__LibraryPath names.</summary>
internal static class TorchCpu
{
    private static readonly Lazy<string?> Folder = new(() =>
        new[] { Environment.GetEnvironmentVariable("Torch__LibraryPath"), Path.Combine(AppContext.BaseDirectory, "../../../torch") }
            .FirstOrDefault(static folder => folder is not null && TorchLibrary.IsThere(folder)));

    /// <summary>The folder; the test is skipped where there is none.</summary>
    public static string Require()
    {
        Skip.If(Folder.Value is null, "There is no libtorch: scripts/torch.sh cpu artifacts/torch fetches it.");
        return Folder.Value!;
    }

    /// <summary>Does something while another thread collects garbage all the time: numbers that an operation gets must not be freed while it reads them.</summary>
    public static void WhileCollecting(Action action)
    {
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            action();
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }
    }

    /// <summary>A back end; the test is skipped where there is no libtorch.</summary>
    public static TorchBackend Backend(TorchPrecision precision = TorchPrecision.Float32)
    {
        TorchLibrary.Load(Require());
        return new TorchBackend(TorchDevices.All().Single(static device => device.Id == TorchDevices.CpuId), precision);
    }
}
