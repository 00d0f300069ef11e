using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace FeatureExplorer.Torch.Library;

/// <summary>The devices of the libtorch that is loaded.</summary>
public static class TorchDevices
{
    /// <summary>libtorch on the processor.</summary>
    public const string CpuId = "torch:cpu";

    /// <summary>All of them, cards first. <see cref="TorchLibrary.Load"/> goes before.</summary>
    public static IReadOnlyList<TorchDevice> All()
    {
        var devices = new List<TorchDevice>();
        if (TryInitializeDeviceType(DeviceType.CUDA) && cuda.is_available())
        {
            var cards = NvidiaCards.Query();
            devices.AddRange(Enumerable.Range(0, cuda.device_count()).Select(i => new TorchDevice(
                string.Create(CultureInfo.InvariantCulture, $"cuda:{i}"), cards.ElementAtOrDefault(i)?.Name ?? "NVIDIA card", cards.ElementAtOrDefault(i)?.Memory)));
        }

        if (OperatingSystem.IsMacOS() && mps_is_available())
        {
            devices.Add(new TorchDevice("mps", "Apple graphics", null));
        }

        devices.Add(new TorchDevice(CpuId, "processor", null));
        return devices;
    }

    internal static Device Open(string id) => All().Any(device => device.Id == id)
        ? new Device(id == CpuId ? "cpu" : id)
        : throw new TorchUnavailableException($"libtorch finds no device {id}; there are {string.Join(", ", All().Select(static device => device.Id))}. Is it the build for CUDA, and is the card's driver recent?");
}
