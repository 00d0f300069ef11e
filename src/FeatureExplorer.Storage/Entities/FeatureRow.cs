using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Storage.Entities;

/// <summary>What lists sort, filter and show of a feature; one narrow row, so that a list reads few pages of the database.</summary>
internal sealed class FeatureRow
{
    public long DictionaryId { get; set; }

    public DictionaryRow? Dictionary { get; set; }

    public int Index { get; set; }

    public FeatureState State { get; set; }

    public double Density { get; set; }

    public double Max { get; set; }

    public double Mean { get; set; }

    public string? BestContext { get; set; }

    public double? BestScore { get; set; }

    /// <summary>Token ids, little-endian 32 bits each: the centre tokens of the top examples, without repeats.</summary>
    public required byte[] TopTokens { get; set; }

    /// <summary>Token ids of the largest logit weights.</summary>
    public required byte[] TopLogits { get; set; }

    /// <summary>The histogram's bars, 0 to 255 of the tallest on a logarithmic scale.</summary>
    public required byte[] Shape { get; set; }

    /// <summary>Lower-case text of the top examples and the top logits, one per line.</summary>
    public required string SearchText { get; set; }
}
