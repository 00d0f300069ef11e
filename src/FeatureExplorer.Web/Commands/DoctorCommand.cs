using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Web.Devices;
using FeatureExplorer.Web.Operations;

namespace FeatureExplorer.Web.Commands;

/// <summary><c>doctor</c>: what the product found on this machine, and what follows from it.</summary>
public static class DoctorCommand
{
    private const long GiB = 1L << 30;
    private const long NeededMemory = 4 * GiB;
    private const long NeededDisk = 2 * GiB;

    public static Command Create()
    {
        var data = SharedOptions.Data();
        var verify = new Option<bool>("--verify") { Description = "Compare every file of the data folder that numbers come from with its checksums instead." };
        var record = new Option<bool>("--record") { Description = "With --verify: write checksums for files without any, after all checks that their kind allows." };
        var command = new Command("doctor", "Shows the processor features, threads, memory and disk that were found; with --verify, which files are damaged.") { data, verify, record };
        command.SetAction(result => result.GetValue(verify) || result.GetValue(record)
            ? FileVerification.Run(result.GetValue(data)!, result.GetValue(record), Console.Out)
            : Run(result.GetValue(data)!, result.GetResult(data) is { Implicit: false }, Console.Out));
        return command;
    }

    private static int Run(string dataFolder, bool named, TextWriter output)
    {
        // The usual folder is made by the first run; one that somebody names is likely to be there already, and misspelt.
        if (named && !Directory.Exists(dataFolder))
        {
            throw new DirectoryNotFoundException($"There is no data folder {Path.GetFullPath(dataFolder)}: name one with --data, or leave it out before the first run.");
        }

        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var full = Path.GetFullPath(dataFolder);
        var disk = FreeDisk(full);
        Line(output, "System", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, .NET {Environment.Version}");
        Line(output, "Vectors", Vectors());
        Line(output, "Threads", $"{WorkerPool.Threads}");
        Line(output, "Matrix product", string.Create(CultureInfo.InvariantCulture, $"{MatrixBenchmark.Run(2048, 2048, 512).GigaflopsPerSecond:0} GFLOP/s"));
        Devices(SharedOptions.Settings(dataFolder), output);
        Line(output, "Memory", $"{Gigabytes(memory)}{Verdict(memory >= NeededMemory, "the standard preset needs about 4 GiB")}");
        Line(output, "Data folder", $"{full}{Verdict(IsWritable(full), "it cannot be written: choose another with --data")}");
        Line(output, "Free disk", $"{Gigabytes(disk)}{Verdict(disk >= NeededDisk, "the standard preset needs about 2 GiB")}");
        return memory >= NeededMemory && disk >= NeededDisk && IsWritable(full) ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static void Devices(ExplorerOptions settings, TextWriter output)
    {
        var devices = new TorchComputeDevices(settings);
        foreach (var device in devices.All.Where(static device => device.Id != BackendInfo.CpuId))
        {
            using var backend = devices.Open(device.Id, DevicePlacement.Float32);
            var memory = device.Memory is { } bytes ? $", {Gigabytes(bytes)}" : string.Empty;
            Line(output, device.Id, string.Create(CultureInfo.InvariantCulture, $"{device.Name}{memory}, {device.Library}, {backend.MeasureProduct():0} GFLOP/s"));
        }

        Line(output, "Graphics cards", devices.Problem ?? (devices.All.Any(static device => device.IsCard) ? "runs use the first, unless they name a device"
            : TorchComputeDevices.Folder(settings) is null ? "libtorch is not set up (README, \"With a GPU\")" : "libtorch finds none"));
    }

    private static string Vectors() =>
        Vector512.IsHardwareAccelerated ? "512 bits (AVX-512)"
        : Vector256.IsHardwareAccelerated ? "256 bits (AVX2): about half the speed of AVX-512"
        : Vector128.IsHardwareAccelerated ? "128 bits"
        : "none: training will be very slow";

    private static void Line(TextWriter output, string name, string value) => output.WriteLine($"{name,-15} {value}");

    private static string Verdict(bool good, string otherwise) => good ? string.Empty : $"  <- {otherwise}";

    private static string Gigabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)GiB:0.0} GiB");

    private static long FreeDisk(string folder)
    {
        var existing = folder;
        while (!Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing)!;
        }

        return new DriveInfo(existing).AvailableFreeSpace;
    }

    private static bool IsWritable(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".probe-{Environment.ProcessId}");
            File.WriteAllText(probe, string.Empty);
            File.Delete(probe);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Debug.WriteLine(exception.Message);
            return false;
        }
    }
}
