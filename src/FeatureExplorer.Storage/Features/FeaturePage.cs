namespace FeatureExplorer.Storage.Features;

/// <summary>One page of a list.</summary>
/// <param name="Items">The features of this page.</param>
/// <param name="Number">Number of the page, from 1.</param>
/// <param name="Pages">Number of pages, at least 1.</param>
/// <param name="Total">Number of features on all pages together.</param>
public sealed record FeaturePage(IReadOnlyList<FeatureSummary> Items, int Number, int Pages, int Total)
{
    /// <summary>Score of each feature in the context that the list is filtered by; null without such a filter.</summary>
    public IReadOnlyDictionary<int, double>? Scores { get; init; }

    /// <summary>Number of the first feature on this page, from 1.</summary>
    public int First => ((Number - 1) * FeatureQuery.PageSize) + 1;

    /// <summary>Number of the last feature on this page.</summary>
    public int Last => First + Items.Count - 1;
}
