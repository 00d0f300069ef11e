namespace FeatureExplorer.Web.Operations;

/// <summary>What the server takes from an administrator who sends files or names an address, and how much may come out of a compressed file.</summary>
public sealed record FetchOptions
{
    /// <summary>Also fetches from private, loopback and link-local addresses: for a mirror in the same network.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>Largest file, in megabytes (10⁶ bytes).</summary>
    public double MaxMegabytes { get; init; } = 4000;

    /// <summary>Most that the files of a model or a dictionary may have together that are sent or fetched at once, in megabytes (10⁶ bytes).</summary>
    public double MaxImportMegabytes { get; init; } = 20_000;

    /// <summary>Longest time for a whole file.</summary>
    public double TimeoutMinutes { get; init; } = 60;

    /// <summary>Largest size of a file after decompression, in megabytes.</summary>
    public double MaxUnpackedMegabytes { get; init; } = 20_000;

    /// <summary>Largest ratio of the size after decompression to the size before; text seldom exceeds 20.</summary>
    public double MaxCompressionRatio { get; init; } = 200;

    internal IEnumerable<string> Problems() =>
    [
        .. SettingRange.Check("Fetch:MaxMegabytes", MaxMegabytes, 0.001, 10_000_000),
        .. SettingRange.Check("Fetch:MaxImportMegabytes", MaxImportMegabytes, 0.001, 10_000_000),
        .. SettingRange.Check("Fetch:TimeoutMinutes", TimeoutMinutes, 0.01, 60 * 24 * 7),
        .. SettingRange.Check("Fetch:MaxUnpackedMegabytes", MaxUnpackedMegabytes, 0.001, 10_000_000),
        .. SettingRange.Check("Fetch:MaxCompressionRatio", MaxCompressionRatio, 2, 2000),
    ];
}
