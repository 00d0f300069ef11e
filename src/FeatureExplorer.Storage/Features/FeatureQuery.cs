using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Storage.Features;

/// <summary>One page of a dictionary's features: which, and in which order.</summary>
public sealed record FeatureQuery
{
    /// <summary>Features on a page.</summary>
    public const int PageSize = 50;

    public FeatureSort Sort { get; init; }

    public bool Descending { get; init; }

    /// <summary>Text that the top examples or top logits contain, whatever its case; null or empty for all.</summary>
    public string? Text { get; init; }

    /// <summary>Name of the best context; null or empty for all.</summary>
    public string? Context { get; init; }

    public FeatureState? State { get; init; }

    /// <summary>Number of the page, from 1; a number past the end gives the last page.</summary>
    public int Page { get; init; } = 1;
}
