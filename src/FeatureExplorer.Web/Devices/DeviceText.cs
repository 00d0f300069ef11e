using FeatureExplorer.Training.Devices;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Devices;

/// <summary>A device in a list to choose from.</summary>
public static class DeviceText
{
    /// <summary>Its id, name, memory and library.</summary>
    public static string Of(ComputeDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return $"{device.Id}: {device.Name}{(device.Memory is { } memory ? $", {Show.Bytes(memory)}" : string.Empty)}, {device.Library}";
    }
}
