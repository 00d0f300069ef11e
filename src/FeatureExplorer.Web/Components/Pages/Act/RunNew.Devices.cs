using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Web.Components.NewRuns;

namespace FeatureExplorer.Web.Components.Pages.Act;

/// <summary>The devices of this machine, which the form offers.</summary>
public sealed partial class RunNew
{
    private IReadOnlyList<ComputeDevice>? _devices;
    private string? _deviceFault;

    private IEnumerable<RunProblem> DeviceProblems => _devices is null ? [] : DeviceCheck.Of(_form, Devices, Training.Device);

    // A library that is set up is loaded when the devices are first asked for, which takes seconds.
    private async Task FindDevices()
    {
        (_devices, _deviceFault) = await Task.Run(() => (Devices.All, Devices.Problem));
        Check();
        StateHasChanged();
    }
}
