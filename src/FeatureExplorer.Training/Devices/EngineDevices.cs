using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;

namespace FeatureExplorer.Training.Devices;

/// <summary>The processor alone, with the engine's own kernels.</summary>
public sealed class EngineDevices : IComputeDevices
{
    /// <summary>The processor, as it is listed everywhere.</summary>
    public static ComputeDevice Processor { get; } = new(BackendInfo.CpuId, "Processor", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, "engine");

    /// <inheritdoc/>
    public IReadOnlyList<ComputeDevice> All { get; } = [Processor];

    /// <inheritdoc/>
    public string? Problem => null;

    /// <inheritdoc/>
    public IComputeBackend Open(string id, string precision) => id == BackendInfo.CpuId
        ? CpuBackend.Instance
        : throw DevicePlacement.Missing(id, this);
}
