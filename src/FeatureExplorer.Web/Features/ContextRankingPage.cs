using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;

namespace FeatureExplorer.Web.Features;

/// <summary>One page of the features that fire in a context.</summary>
/// <param name="Inside">Held-out tokens inside the context.</param>
/// <param name="Found">Features that fire in it.</param>
/// <param name="Shown">Those on this page, best first.</param>
/// <param name="Summaries">What lists say of them.</param>
/// <param name="Page">Which page it is.</param>
public sealed record ContextRankingPage(
    long Inside, int Found, IReadOnlyList<ContextRank> Shown, IReadOnlyDictionary<int, FeatureSummary> Summaries, FeaturePage Page)
{
    /// <summary>Ranks a dictionary's features; null for a dictionary without an index.</summary>
    /// <exception cref="ContextExpressionException">The text is no context.</exception>
    public static ContextRankingPage? Of(
        DictionaryInfo dictionary, FeatureStore store, Explorations explorations, string text, ContextRankOrder order, int page,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(explorations);
        return explorations.Ask(dictionary, evidence =>
        {
            var ranks = explorations.Rank(dictionary, evidence, text, cancellation);
            var pages = Math.Max(1, (ranks.Count + FeatureQuery.PageSize - 1) / FeatureQuery.PageSize);
            var number = Math.Clamp(page, 1, pages);
            ContextRank[] shown = [.. ContextRanking.Order(ranks, order).Skip((number - 1) * FeatureQuery.PageSize).Take(FeatureQuery.PageSize)];
            return new ContextRankingPage(
                explorations.Evaluate(evidence, text, cancellation).Count, ranks.Count, shown, store.Summaries(dictionary, shown.Select(static r => r.Feature)),
                new FeaturePage([], number, pages, ranks.Count));
        });
    }
}
