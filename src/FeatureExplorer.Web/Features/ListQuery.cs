using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Features;

namespace FeatureExplorer.Web.Features;

/// <summary>The part of an address that says which features a list shows, and in which order.</summary>
public static class ListQuery
{
    /// <summary>The query that an address describes, whose words have been checked.</summary>
    public static FeatureQuery Parse(string? sort, string? order, string? q, string? context, string? state, int? page) => new()
    {
        Sort = Urls.Parse<FeatureSort>(sort),
        Descending = string.Equals(order, "desc", StringComparison.OrdinalIgnoreCase),
        Text = q,
        Context = context,
        State = Urls.Parse<FeatureState>(state),
        Page = page ?? 1,
    };
}
