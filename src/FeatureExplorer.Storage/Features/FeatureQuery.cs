using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Storage.Features;

/// <summary>A list of a dictionary's features: which, in which order, and which page of it.</summary>
public sealed record FeatureQuery
{
    /// <summary>Features on a page.</summary>
    public const int PageSize = 50;

    /// <summary>What the reader chose to sort by; null for the order that goes with the filter: <see cref="Order"/>.</summary>
    public FeatureSort? Sort { get; init; }

    /// <summary>Turns the order round. The orders that go with a filter have the best first and cannot be turned.</summary>
    public bool Descending { get; init; }

    /// <summary>What a search for it finds; null or empty for all.</summary>
    public string? Text { get; init; }

    /// <summary>Name of a context: features that correlate with it; null or empty for all.</summary>
    public string? Context { get; init; }

    public FeatureState? State { get; init; }

    /// <summary>Number of the page, from 1; a number past the end gives the last page.</summary>
    public int Page { get; init; } = 1;

    /// <summary>What the list is sorted by: relevance to a text, score in a context, else index.</summary>
    public FeatureSort Order => Sort ?? (!string.IsNullOrEmpty(Text) ? FeatureSort.Relevance : !string.IsNullOrEmpty(Context) ? FeatureSort.Context : FeatureSort.Index);
}
