namespace FeatureExplorer.Web.Operations;

/// <summary>
/// Every setting. They come from <c>appsettings.json</c> beside the program and in the data folder, from environment variables
/// (<c>FEATUREEXPLORER_Access__RequireSignIn</c>) and from the command line (<c>--set Access:RequireSignIn=true</c>); the later wins.
/// </summary>
public sealed record ExplorerOptions
{
    /// <summary>The data folder.</summary>
    public string Data { get; init; } = Path.Combine("data", "local");

    /// <summary>Addresses to listen on, separated by semicolons.</summary>
    public string Urls { get; init; } = "http://localhost:5000";

    /// <summary>Trains the demo on an empty data folder.</summary>
    public bool Demo { get; init; } = true;

    public AccessOptions Access { get; init; } = new();

    public LimitOptions Limits { get; init; } = new();

    public ProxyOptions Proxy { get; init; } = new();

    public FetchOptions Fetch { get; init; } = new();

    public DiskOptions Disk { get; init; } = new();

    public TrainingOptions Training { get; init; } = new();

    public TorchOptions Torch { get; init; } = new();

    public LogOptions Logs { get; init; } = new();

    public TelemetryOptions Telemetry { get; init; } = new();

    /// <summary>Every setting whose value does not work, each with what would.</summary>
    public IEnumerable<string> Problems()
    {
        if (string.IsNullOrWhiteSpace(Data))
        {
            yield return "Data is empty; it must name a folder.";
        }

        foreach (var url in Urls.Split(';', StringSplitOptions.TrimEntries))
        {
            if (!url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && !url.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            {
                yield return $"Urls holds \"{url}\"; an address looks like http://localhost:5000 or http://+:8080.";
            }
        }

        var sections = Access.Problems().Concat(Limits.Problems()).Concat(Proxy.Problems()).Concat(Fetch.Problems()).Concat(Disk.Problems())
            .Concat(Training.Problems()).Concat(Torch.Problems()).Concat(Telemetry.Problems());
        foreach (var problem in sections)
        {
            yield return problem;
        }
    }
}
