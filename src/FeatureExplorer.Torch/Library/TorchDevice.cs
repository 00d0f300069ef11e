namespace FeatureExplorer.Torch.Library;

/// <summary>A device that libtorch can compute on.</summary>
/// <param name="Id"><c>torch:cpu</c>, <c>cuda:0</c> or <c>mps</c>.</param>
/// <param name="Name">Its name, as far as it is known.</param>
/// <param name="Memory">Its memory in bytes; null where libtorch does not tell.</param>
public sealed record TorchDevice(string Id, string Name, long? Memory)
{
    /// <summary>Whether it is faster than the CPU engine as a rule.</summary>
    public bool IsCard => Id != TorchDevices.CpuId;
}
