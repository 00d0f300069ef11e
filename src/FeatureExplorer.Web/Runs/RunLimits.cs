using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Configuration;

namespace FeatureExplorer.Web.Runs;

/// <summary>How fast a machine can be at most.</summary>
public static class RunLimits
{
    /// <summary>Units per second at the machine's peak, by curve; none while its speed is not known.</summary>
    public static IReadOnlyDictionary<string, double> Of(RunConfiguration? configuration, DataFolder folder) =>
        configuration is not null && MachineSpeed.Measured(folder, configuration.Device) is { } speed ? RunEstimate.Of(configuration, speed).Floors : new Dictionary<string, double>();
}
