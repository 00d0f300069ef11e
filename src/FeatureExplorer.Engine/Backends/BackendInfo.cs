namespace FeatureExplorer.Engine.Backends;

/// <summary>Where numbers are computed: part of what decides a result, and shown with it.</summary>
/// <param name="Id"><c>cpu</c>, <c>torch:cpu</c>, <c>cuda:0</c> or <c>mps</c>: what the setting <c>Training:Device</c> takes.</param>
/// <param name="Device">The processor's or card's name, as far as it is known.</param>
/// <param name="Library"><c>engine</c>, or <c>libtorch 2.10.0</c>.</param>
/// <param name="Precision"><c>float32</c>, <c>tf32</c> or <c>bf16</c>: of the matrix products; parameters and sums are float32 on all.</param>
public sealed record BackendInfo(string Id, string Device, string Library, string Precision)
{
    /// <summary>Id of the CPU engine, the default.</summary>
    public const string CpuId = "cpu";

    /// <summary>Whether it is the CPU engine, whose bits are the same on every machine.</summary>
    public bool IsEngine => Id == CpuId;

    /// <summary>What a stage's fingerprint holds of it: same bits need the same library, precision and kind of device, not the same place in the machine.</summary>
    public string Fingerprint => IsEngine ? CpuId : $"{(Id.StartsWith("cuda", StringComparison.Ordinal) ? "cuda" : Id)} {Device}, {Library}, {Precision}";
}
