using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Torch;
using FeatureExplorer.Torch.Library;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Web.Operations;

namespace FeatureExplorer.Web.Devices;

/// <summary>The processor, and what libtorch finds where its folder is set up. libtorch is loaded when the devices are first asked for, not when the server starts.</summary>
/// <param name="settings">Where libtorch lies, and which devices runs may use.</param>
public sealed class TorchComputeDevices(ExplorerOptions settings) : IComputeDevices
{
    private readonly Lazy<(IReadOnlyList<ComputeDevice> All, string? Problem)> _found = new(() => Find(settings));

    /// <inheritdoc/>
    public IReadOnlyList<ComputeDevice> All => _found.Value.All;

    /// <inheritdoc/>
    public string? Problem => _found.Value.Problem;

    /// <summary>The folder that libtorch is taken from; null where none is set up.</summary>
    /// <param name="settings">The settings.</param>
    public static string? Folder(ExplorerOptions settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var own = Path.Combine(settings.Data, TorchOptions.FolderName);
        return settings.Torch.LibraryPath.Length > 0 ? settings.Torch.LibraryPath : TorchLibrary.IsThere(own) ? own : null;
    }

    /// <summary>What is wrong with the device that the settings name for runs, in a sentence; null where nothing is. Looks for devices only where one is named that needs libtorch.</summary>
    public string? Fault()
    {
        var wanted = settings.Training.Device;
        return wanted is DevicePlacement.Auto or BackendInfo.CpuId || All.Any(device => device.Id == wanted) ? null
            : $"Training:Device is {wanted}. {DevicePlacement.Missing(wanted, this).Message} Runs that name no device will fail.";
    }

    /// <inheritdoc/>
    public IComputeBackend Open(string id, string precision)
    {
        var device = All.FirstOrDefault(one => one.Id == id) ?? throw DevicePlacement.Missing(id, this);
        if (device.Id == BackendInfo.CpuId)
        {
            return precision == DevicePlacement.Float32
                ? CpuBackend.Instance
                : throw new ArgumentException($"The CPU engine computes in float32 only; {precision} needs another device.");
        }

        return new TorchBackend(new TorchDevice(device.Id, device.Name, device.Memory), precision switch
        {
            "tf32" => TorchPrecision.Tf32,
            "bf16" => TorchPrecision.Bf16,
            _ => TorchPrecision.Float32,
        });
    }

    private static (IReadOnlyList<ComputeDevice> All, string? Problem) Find(ExplorerOptions settings)
    {
        if (Folder(settings) is not { } folder)
        {
            return ([EngineDevices.Processor], null);
        }

        try
        {
            TorchLibrary.Load(folder, settings.Torch.AnyVersion);
            var library = $"libtorch {TorchLibrary.LoadedVersion}";
            var found = TorchDevices.All().Select(device => new ComputeDevice(device.Id, device.Name, device.Memory, library)).ToList();
            var all = found.Where(static device => device.IsCard).Append(EngineDevices.Processor).Concat(found.Where(static device => !device.IsCard)).ToList();
            var allowed = all.Where(device => settings.Training.Allowed.Count == 0 || settings.Training.Allowed.Contains(device.Id)).ToList();
            return allowed.Count > 0
                ? (allowed, null)
                : ([EngineDevices.Processor], $"Training:Devices allows {settings.Training.Devices}; there is {string.Join(", ", all.Select(static device => device.Id))}.");
        }
        catch (TorchUnavailableException exception)
        {
            return ([EngineDevices.Processor], exception.Message);
        }
    }
}
