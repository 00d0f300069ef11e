using System.CommandLine;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Web.Devices;
using FeatureExplorer.Web.Operations;

namespace FeatureExplorer.Web.Commands;

/// <summary><c>torch status</c> and <c>torch path</c>: whether libtorch works here, and where its folder is looked for.</summary>
public static class TorchCommand
{
    public static Command Create()
    {
        var data = SharedOptions.Data();
        var status = new Command("status", "Loads libtorch and lists the devices that it finds.") { data };
        status.SetAction(result => Status(SharedOptions.Settings(result.GetValue(data)!), Console.Out));
        var path = new Command("path", "Prints the folder that libtorch is taken from, or would be.") { data };
        path.SetAction(result => Path(SharedOptions.Settings(result.GetValue(data)!), Console.Out));
        return new Command("torch", "Graphics cards: whether libtorch is set up and works.") { status, path };
    }

    private static int Path(ExplorerOptions settings, TextWriter output)
    {
        output.WriteLine(TorchComputeDevices.Folder(settings) ?? System.IO.Path.GetFullPath(System.IO.Path.Combine(settings.Data, TorchOptions.FolderName)));
        return ExitCodes.Success;
    }

    private static int Status(ExplorerOptions settings, TextWriter output)
    {
        if (TorchComputeDevices.Folder(settings) is not { } folder)
        {
            output.WriteLine("libtorch is not set up: ./run.sh --gpu (run.ps1 -Gpu on Windows) fetches it, or set Torch:LibraryPath to the folder of a Python installation's PyTorch. Runs use the CPU engine.");
            return ExitCodes.Failure;
        }

        var devices = new TorchComputeDevices(settings);
        output.WriteLine($"libtorch in {folder}");
        if (devices.Problem is { } problem)
        {
            output.WriteLine($"{problem} Runs use the CPU engine.");
            return ExitCodes.Failure;
        }

        foreach (var device in devices.All)
        {
            using var backend = devices.Open(device.Id, DevicePlacement.Float32);
            output.WriteLine($"{device.Id,-10} {device.Name}, {device.Library}, {backend.MeasureProduct():0} GFLOP/s{(device == devices.All[0] ? "  <- auto" : string.Empty)}");
        }

        return ExitCodes.Success;
    }
}
