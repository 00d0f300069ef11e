namespace FeatureExplorer.Web.Operations;

/// <summary>When the disk of the data folder counts as full.</summary>
public sealed record DiskOptions
{
    /// <summary>With less free space than this, in megabytes (10⁶ bytes), a notice appears and the server is not ready.</summary>
    public double MinimumFreeMegabytes { get; init; } = 200;

    internal IEnumerable<string> Problems() => SettingRange.Check("Disk:MinimumFreeMegabytes", MinimumFreeMegabytes, 0, 1e12);
}
