using FeatureExplorer.Engine.Backends;

namespace FeatureExplorer.Training.Devices;

/// <summary>The devices of this machine that runs may use.</summary>
public interface IComputeDevices
{
    /// <summary>All of them, cards first; the first is what <see cref="DevicePlacement.Auto"/> takes.</summary>
    IReadOnlyList<ComputeDevice> All { get; }

    /// <summary>Why devices are missing that somebody set up, with the remedy; null when nothing is wrong.</summary>
    string? Problem { get; }

    /// <summary>A back end on a device; the caller disposes it.</summary>
    /// <param name="id">One of <see cref="All"/>.</param>
    /// <param name="precision">One of <see cref="DevicePlacement.Precisions"/>.</param>
    /// <exception cref="ArgumentException">There is no such device, or it has no such precision.</exception>
    IComputeBackend Open(string id, string precision);
}
