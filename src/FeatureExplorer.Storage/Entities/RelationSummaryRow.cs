namespace FeatureExplorer.Storage.Entities;

/// <summary>What was found over all units of a pair of dictionaries; its presence means that every unit's row is there.</summary>
internal sealed class RelationSummaryRow
{
    public long LeftId { get; set; }

    public DictionaryRow? Left { get; set; }

    public long RightId { get; set; }

    public DictionaryRow? Right { get; set; }

    /// <summary>A <see cref="Analysis.Relations.Universality"/> as JSON.</summary>
    public required string Json { get; set; }
}
