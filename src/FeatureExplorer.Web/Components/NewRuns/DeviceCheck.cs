using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Devices;

namespace FeatureExplorer.Web.Components.NewRuns;

/// <summary>Whether a run's device is on this machine and has its precision, which the settings' own checks cannot know.</summary>
public static class DeviceCheck
{
    /// <summary>What is wrong, at the fields device and precision.</summary>
    /// <param name="form">The form for the run.</param>
    /// <param name="devices">The machine's.</param>
    /// <param name="usual">What a run computes on that names no device.</param>
    public static IEnumerable<RunProblem> Of(RunForm form, IComputeDevices devices, string usual)
    {
        ArgumentNullException.ThrowIfNull(form);
        ArgumentNullException.ThrowIfNull(devices);
        var (device, precision) = (form.Value("device"), form.Value("precision"));
        device = device == DevicePlacement.Auto ? usual : device;
        if (device != DevicePlacement.Auto && devices.All.All(d => d.Id != device))
        {
            yield return new RunProblem("device", DevicePlacement.Missing(device, devices).Message);
        }
        else if (precision != DevicePlacement.Float32 && (device == DevicePlacement.Auto ? !devices.All.Any(static d => d.IsCard) : device == BackendInfo.CpuId))
        {
            yield return new RunProblem("precision", $"The CPU engine computes in float32 only; {precision} needs another device.");
        }
    }
}
