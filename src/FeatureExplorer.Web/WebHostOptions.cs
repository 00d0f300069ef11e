using FeatureExplorer.Storage.Database;
using FeatureExplorer.Web.Operations;

namespace FeatureExplorer.Web;

/// <summary>What a server is built from.</summary>
public sealed record WebHostOptions
{
    private readonly IReadOnlyList<string>? _urls;

    /// <summary>The opened database; its folder holds all other files.</summary>
    public required FeatureDatabase Database { get; init; }

    /// <summary>All settings.</summary>
    public ExplorerOptions Settings { get; init; } = new();

    /// <summary>Addresses to listen on instead of those of the settings; port 0 takes any that is free.</summary>
    public IReadOnlyList<string> Urls
    {
        get => _urls ?? Settings.Urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        init => _urls = value;
    }

    /// <summary>Puts the demo into the queue when there are no features and no runs yet.</summary>
    public bool Demo { get; init; }

    /// <summary>Adds further services.</summary>
    public Action<IServiceCollection>? Services { get; init; }
}
