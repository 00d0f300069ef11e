using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Search;
using Microsoft.AspNetCore.WebUtilities;

namespace FeatureExplorer.Web.Features;

/// <summary>The list that a feature was reached from: its neighbours there are the page's "previous" and "next". An address holds it in one parameter.</summary>
/// <param name="Query">The list of features; of the page of a context only the context counts.</param>
/// <param name="Ranked">The order of the page of a context (<see cref="Urls.ContextFeatures"/>); null for the list of features.</param>
public sealed record FeatureListing(FeatureQuery Query, ContextRankOrder? Ranked = null)
{
    /// <summary>Longest text of the parameter, in characters.</summary>
    public const int LongestText = 700;

    private static readonly string[] Keys = ["sort", "order", "q", "context", "state", "rank"];

    /// <summary>The list as the parameter holds it, such as "context=dna"; null for all features by index.</summary>
    public string? Write()
    {
        var text = new List<string>();
        Add("sort", Query.Sort is { } sort && Ranked is null ? Urls.Word(sort) : null);
        Add("order", Query.Descending && Ranked is null ? "desc" : null);
        Add("q", Query.Text);
        Add("context", Query.Context);
        Add("state", Query.State is { } state ? Urls.Word(state) : null);
        Add("rank", Ranked is { } rank ? Urls.Word(rank) : null);
        return text.Count == 0 ? null : string.Join('&', text);

        void Add(string key, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                text.Add(key + "=" + Uri.EscapeDataString(value));
            }
        }
    }

    /// <summary>Reads the parameter; null where it describes no list.</summary>
    public static FeatureListing? Read(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return new FeatureListing(new FeatureQuery());
        }

        var given = QueryHelpers.ParseQuery(text);
        if (given.Any(static pair => !Keys.Contains(pair.Key) || pair.Value.Count != 1))
        {
            return null;
        }

        string? Value(string key) => given.TryGetValue(key, out var value) && value.ToString() is { Length: > 0 } one ? one : null;
        var (sort, order, rank, state) = (Urls.Parse<FeatureSort>(Value("sort")), Value("order"), Urls.Parse<ContextRankOrder>(Value("rank")), Urls.Parse<FeatureState>(Value("state")));
        return (Value("sort") is not null && sort is null) || order is not (null or "asc" or "desc") || (Value("rank") is not null && rank is null) || (Value("state") is not null && state is null)
            || Value("q")?.Length > SearchQuery.LongestText || Value("context")?.Length > ContextExpression.LongestText || (rank is not null && Value("context") is null)
            ? null
            : new FeatureListing(new FeatureQuery { Sort = sort, Descending = order == "desc", Text = Value("q"), Context = Value("context"), State = state }, rank);
    }
}
