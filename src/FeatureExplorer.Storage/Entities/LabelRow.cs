namespace FeatureExplorer.Storage.Entities;

/// <summary>A label that somebody gave a feature. Rows are only added: the newest of a feature holds, the others are its history.</summary>
internal sealed class LabelRow
{
    public long Id { get; set; }

    /// <summary>Names, not keys: a label outlives the publication that it was written for.</summary>
    public required string Model { get; set; }

    public required string Dictionary { get; set; }

    public int Index { get; set; }

    /// <summary>Key of the publication that its author looked at.</summary>
    public long Publication { get; set; }

    public required string Text { get; set; }

    public required string Note { get; set; }

    public required string Author { get; set; }

    public DateTime Created { get; set; }
}
