using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Training.Queue;
using FeatureExplorer.Web.Devices;

namespace FeatureExplorer.Web.Commands.Imports;

/// <summary>Where an import of the command line computes: nothing else may write to the data folder meanwhile.</summary>
internal static class ImportPlace
{
    /// <summary>Imports on a device, alone in the data folder.</summary>
    /// <param name="database">Of the data folder.</param>
    /// <param name="device">As given; null for the settings' own.</param>
    /// <param name="import">What is to be done.</param>
    /// <exception cref="IOException">A run is going on there.</exception>
    public static T Run<T>(FeatureDatabase database, string? device, Func<FeatureDatabase, IComputeBackend, T> import)
    {
        using var hold = RunLock.TryTake(database.Folder.Root)
            ?? throw new IOException($"A run is writing to {database.Folder.Root}: wait for it, or choose another folder with --data.");
        var settings = SharedOptions.Settings(database.Folder.Root);
        var devices = new TorchComputeDevices(settings);
        using var backend = devices.Open(DevicePlacement.Choose(device ?? settings.Training.Device, devices), DevicePlacement.Float32);
        return import(database, backend);
    }
}
