namespace FeatureExplorer.Web.Operations;

/// <summary>How much one visitor (a network address; the first half of an IPv6 address) may ask for.</summary>
public sealed record LimitOptions
{
    /// <summary>Requests that may come at once.</summary>
    public int Burst { get; init; } = 1000;

    /// <summary>Requests a second in the long run.</summary>
    public int RequestsPerSecond { get; init; } = 200;

    /// <summary>Attempts to sign in, to set up or to change a password.</summary>
    public int SignInsPerMinute { get; init; } = 10;

    /// <summary>Room in the data folder for pages that are kept for the next visitor, in megabytes; 0 draws every page anew.</summary>
    public double PageCacheMegabytes { get; init; } = 256;

    /// <summary>Answers that are computed from an index or a model at the same time; 0: as many as there are processors.</summary>
    public int Computations { get; init; }

    /// <summary>Those of one visitor; 0: half of all.</summary>
    public int ComputationsPerVisitor { get; init; }

    /// <summary>Requests that wait until others have been computed; one visitor's may be half of them.</summary>
    public int ComputationQueue { get; init; } = 64;

    /// <summary>Longest wait, in seconds.</summary>
    public double ComputationWaitSeconds { get; init; } = 10;

    /// <summary>Longest time for one computation, in seconds.</summary>
    public double ComputationSeconds { get; init; } = 20;

    internal IEnumerable<string> Problems() =>
    [
        .. SettingRange.Check("Limits:Burst", Burst, 10, 10_000_000),
        .. SettingRange.Check("Limits:RequestsPerSecond", RequestsPerSecond, 1, 10_000_000),
        .. SettingRange.Check("Limits:PageCacheMegabytes", PageCacheMegabytes, 0, 100_000),
        .. SettingRange.Check("Limits:Computations", Computations, 0, 1024),
        .. SettingRange.Check("Limits:ComputationsPerVisitor", ComputationsPerVisitor, 0, 1024),
        .. SettingRange.Check("Limits:ComputationQueue", ComputationQueue, 0, 10_000),
        .. SettingRange.Check("Limits:ComputationWaitSeconds", ComputationWaitSeconds, 0.1, 600),
        .. SettingRange.Check("Limits:ComputationSeconds", ComputationSeconds, 0.1, 600),
        .. SettingRange.Check("Limits:SignInsPerMinute", SignInsPerMinute, 1, 100_000),
    ];
}
