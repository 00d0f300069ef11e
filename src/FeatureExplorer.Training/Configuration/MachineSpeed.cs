using System.Text.Json;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Devices;

namespace FeatureExplorer.Training.Configuration;

/// <summary>How fast this machine multiplies matrices; measured in under a second before each run, the fastest is kept in the data folder.</summary>
/// <param name="Machine">Name and number of processors; a data folder that was moved is measured anew.</param>
/// <param name="GigaflopsPerSecond">Of the packed matrix product on all threads.</param>
public sealed record MachineSpeed(string Machine, double GigaflopsPerSecond)
{

    /// <summary>What an ordinary machine with two processors does; used until this one has been measured.</summary>
    private const double Usual = 80;

    private const double UsualCard = 15_000;

    // Whatever else the machine does, such as compiling this program, can only make a measurement slower: the fastest one counts.
    private const int Measurements = 5;

    private static string Here => $"{Environment.MachineName}, {WorkerPool.Threads} threads";

    /// <summary>Operations per second.</summary>
    public double Flops => GigaflopsPerSecond * 1e9;

    /// <summary>What was measured on this machine, or null.</summary>
    /// <param name="folder">Where it is kept.</param>
    /// <param name="device">Of which device; the processor where nothing else is said.</param>
    public static MachineSpeed? Measured(DataFolder folder, string device = BackendInfo.CpuId) => Read(folder, device) is { } known && known.Machine == Here ? known : null;

    /// <summary>What was measured, or the speed of an ordinary machine when nothing was.</summary>
    public static MachineSpeed Known(DataFolder folder, string device = BackendInfo.CpuId) =>
        Read(folder, device) ?? new MachineSpeed("not measured", device.StartsWith("cuda", StringComparison.Ordinal) ? UsualCard : Usual);

    /// <summary>What was measured on this machine; measures now if it never was. The machine should have nothing else to do.</summary>
    public static MachineSpeed MeasuredOrNow(DataFolder folder) => Measured(folder) ?? Measure(folder);

    /// <summary>
    /// Measures now, and keeps the fastest of all measurements on this machine: one that was taken while the machine was busy is corrected by a later one. Call it
    /// when the machine has nothing else to do, such as before a run.
    /// </summary>
    public static MachineSpeed Measure(DataFolder folder, CancellationToken cancellation = default)
    {
        return Measure(folder, CpuBackend.Instance, cancellation);
    }

    /// <summary>The same of a device.</summary>
    public static MachineSpeed Measure(DataFolder folder, IComputeBackend backend, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(backend);
        var now = Enumerable.Range(0, Measurements).Max(_ =>
        {
            cancellation.ThrowIfCancellationRequested();
            return backend.MeasureProduct();
        });
        if (Measured(folder, backend.Info.Id) is { } known && known.GigaflopsPerSecond >= now)
        {
            return known;
        }

        var measured = new MachineSpeed(Here, now);
        AtomicFile.WriteAllText(FileOf(folder, backend.Info.Id), JsonSerializer.Serialize(measured, JsonSerializerOptions.Web));
        return measured;
    }

    private static MachineSpeed? Read(DataFolder folder, string device)
    {
        try
        {
            return File.Exists(FileOf(folder, device)) ? JsonSerializer.Deserialize<MachineSpeed>(File.ReadAllText(FileOf(folder, device)), JsonSerializerOptions.Web) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string FileOf(DataFolder folder, string device) => Path.Combine(folder.Root, device is BackendInfo.CpuId or DevicePlacement.Auto ? "machine.json" : $"machine-{device.Replace(':', '-')}.json");
}
