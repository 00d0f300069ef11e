using FeatureExplorer.Storage;

namespace FeatureExplorer.Web;

/// <summary>What a server needs to know before it can be built.</summary>
public sealed record WebHostOptions
{
    /// <summary>The opened database; its folder holds all other files.</summary>
    public required FeatureDatabase Database { get; init; }

    /// <summary>Addresses to listen on; port 0 takes any that is free.</summary>
    public IReadOnlyList<string> Urls { get; init; } = ["http://localhost:5000"];

    /// <summary>Adds further services, such as the one that trains in the background.</summary>
    public Action<IServiceCollection>? Services { get; init; }
}
