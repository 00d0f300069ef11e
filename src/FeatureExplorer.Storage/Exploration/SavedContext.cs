namespace FeatureExplorer.Storage.Exploration;

/// <summary>A context that somebody has written and named; anyone may use it by its name.</summary>
/// <param name="Name">Unique name, as in addresses.</param>
/// <param name="Expression">What it means, as its author wrote it.</param>
/// <param name="Author">Name of the account that saved it.</param>
/// <param name="Created">When, UTC.</param>
public sealed record SavedContext(string Name, string Expression, string Author, DateTime Created);
