namespace FeatureExplorer.Storage.Entities;

/// <summary>
/// Part of an analysis of a whole dictionary, or of a pair: what it found about one feature or, with the index <see cref="Whole"/>, about all. That row is written last, in the
/// same transaction: its presence means that every feature's row is there.
/// </summary>
internal sealed class AnalysisRow
{
    /// <summary>The index of the row about all features.</summary>
    public const int Whole = -1;

    public long DictionaryId { get; set; }

    public DictionaryRow? Dictionary { get; set; }

    public AnalysisKind Kind { get; set; }

    /// <summary>Index of the feature, or <see cref="Whole"/>.</summary>
    public int Index { get; set; }

    /// <summary>The other dictionary; the same one where there is no other.</summary>
    public long OtherId { get; set; }

    public DictionaryRow? Other { get; set; }

    public required byte[] Data { get; set; }
}
