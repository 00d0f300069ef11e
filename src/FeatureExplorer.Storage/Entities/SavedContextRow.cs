namespace FeatureExplorer.Storage.Entities;

/// <summary>A context that somebody has written and named.</summary>
internal sealed class SavedContextRow
{
    public long Id { get; set; }

    public required string Name { get; set; }

    public required string Expression { get; set; }

    /// <summary>Name of the account.</summary>
    public required string Author { get; set; }

    public DateTime Created { get; set; }
}
