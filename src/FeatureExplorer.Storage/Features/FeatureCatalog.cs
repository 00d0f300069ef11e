using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Search;

namespace FeatureExplorer.Storage.Features;

/// <summary>Lists of a dictionary's features: by text, through the one search there is, by score in a context, by state; their pages, and who stands next to whom.</summary>
public sealed class FeatureCatalog(FeatureStore store, FeatureSearch search, ContextScores scores)
{
    /// <summary>One page of a list.</summary>
    public FeaturePage Page(DictionaryInfo dictionary, FeatureQuery query)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(query);
        if (IsPlain(query))
        {
            return store.Rows(dictionary, query);
        }

        var inside = Inside(dictionary, query);
        var order = Order(dictionary, query, inside);
        var pages = Math.Max(1, (order.Count + FeatureQuery.PageSize - 1) / FeatureQuery.PageSize);
        var number = Math.Clamp(query.Page, 1, pages);
        var shown = order.Skip((number - 1) * FeatureQuery.PageSize).Take(FeatureQuery.PageSize).ToList();
        var summaries = store.Summaries(dictionary, shown);
        return new FeaturePage([.. shown.Where(summaries.ContainsKey).Select(i => summaries[i])], number, pages, order.Count)
        {
            Scores = inside?.Where(score => shown.Contains(score.Key)).ToDictionary(),
        };
    }

    /// <summary>The features before and after one in a list; both null for a feature that is not in it.</summary>
    public FeatureNeighbours Neighbours(DictionaryInfo dictionary, int index, FeatureQuery query)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(query);
        if (IsPlain(query) && query.State is null && query.Order is FeatureSort.Index or FeatureSort.Relevance)
        {
            var near = store.Neighbours(dictionary, index);
            return query.Descending ? new FeatureNeighbours(near.Next, near.Previous) : near;
        }

        var order = Order(dictionary, query, Inside(dictionary, query));
        var at = -1;
        for (var i = 0; i < order.Count && at < 0; i++)
        {
            at = order[i] == index ? i : -1;
        }

        return at < 0 ? new FeatureNeighbours(null, null) : new FeatureNeighbours(at > 0 ? order[at - 1] : null, at + 1 < order.Count ? order[at + 1] : null);
    }

    /// <summary>All features of a list, in its order.</summary>
    public IReadOnlyList<int> Indexes(DictionaryInfo dictionary, FeatureQuery query)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(query);
        return Order(dictionary, query, Inside(dictionary, query));
    }

    // State and the rows' own columns are all that it asks for.
    private static bool IsPlain(FeatureQuery query) => string.IsNullOrEmpty(query.Text) && string.IsNullOrEmpty(query.Context);

    private IReadOnlyDictionary<int, double>? Inside(DictionaryInfo dictionary, FeatureQuery query) =>
        string.IsNullOrEmpty(query.Context) ? null : scores.Of(dictionary, query.Context);

    private List<int> Order(DictionaryInfo dictionary, FeatureQuery query, IReadOnlyDictionary<int, double>? inside)
    {
        var found = string.IsNullOrEmpty(query.Text) ? null : search.Ranked(dictionary, SearchQuery.Parse(query.Text)).Features;
        if (query.Order == FeatureSort.Context && inside is not null)
        {
            var among = found?.ToHashSet();
            var best = inside.Where(score => among?.Contains(score.Key) != false).OrderByDescending(static score => score.Value).ThenBy(static score => score.Key).Select(static score => score.Key);
            return OfState(dictionary, query, query.Descending || query.Sort is null ? [.. best] : [.. best.Reverse()]);
        }

        if (query.Order == FeatureSort.Relevance && found is not null)
        {
            return OfState(dictionary, query, inside is null ? found : [.. found.Where(inside.ContainsKey)]);
        }

        IReadOnlyCollection<int>? all = found is null ? inside?.Keys.ToList() : inside is null ? found : [.. found.Where(inside.ContainsKey)];
        return [.. store.Ordered(dictionary, all, query.State, query.Order, query.Descending)];
    }

    private List<int> OfState(DictionaryInfo dictionary, FeatureQuery query, IReadOnlyList<int> features)
    {
        if (query.State is null)
        {
            return [.. features];
        }

        var alike = store.Ordered(dictionary, features, query.State, FeatureSort.Index, descending: false).ToHashSet();
        return [.. features.Where(alike.Contains)];
    }
}
