namespace FeatureExplorer.Training.Devices;

/// <summary>A device that runs can compute on.</summary>
/// <param name="Id"><c>cpu</c>, <c>torch:cpu</c>, <c>cuda:0</c>, <c>mps</c>.</param>
/// <param name="Name">Its name, as far as it is known.</param>
/// <param name="Memory">Its memory in bytes; null where it is not known.</param>
/// <param name="Library">What computes: <c>engine</c>, or <c>libtorch 2.10.0</c>.</param>
public sealed record ComputeDevice(string Id, string Name, long? Memory, string Library)
{
    /// <summary>Whether <see cref="DevicePlacement.Auto"/> prefers it to the processor.</summary>
    public bool IsCard => Id.StartsWith("cuda", StringComparison.Ordinal) || Id == "mps";
}
