namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>The text that a dictionary is indexed over, where it is not its model's own.</summary>
/// <param name="Name">Names of its files and folders, or of the corpora that were added.</param>
/// <param name="Summary">"3 domains, 0.2 M training and 0.8 M held-out tokens".</param>
public sealed record OtherText(string Name, string Summary)
{
    /// <summary>The dictionary with the same weights from which this one was made; null for one that was imported over this text.</summary>
    public string? Of { get; init; }

    /// <summary>What gives reason to doubt the figures over this text, in sentences; those of a dictionary that was imported over it stand with its origin.</summary>
    public IReadOnlyList<string> Warnings { get => field ?? []; init; }
}
