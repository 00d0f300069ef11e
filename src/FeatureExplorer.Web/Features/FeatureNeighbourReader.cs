using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;

namespace FeatureExplorer.Web.Features;

/// <summary>Finds the features next to one in the list that it was reached from.</summary>
public sealed class FeatureNeighbourReader(FeatureCatalog lists, Explorations explorations)
{
    /// <summary>The neighbours in a list; those by index where the feature is not in it, or the list is none.</summary>
    public FeatureNeighbours Of(DictionaryInfo dictionary, int index, string? list, CancellationToken cancellation)
    {
        var listing = FeatureListing.Read(list) ?? new FeatureListing(new FeatureQuery());
        var found = listing.Ranked is { } order ? Ranked(dictionary, index, listing.Query.Context!, order, cancellation) : lists.Neighbours(dictionary, index, listing.Query);
        return found is { Previous: null, Next: null } ? lists.Neighbours(dictionary, index, new FeatureQuery()) : found;
    }

    private FeatureNeighbours Ranked(DictionaryInfo dictionary, int index, string context, ContextRankOrder order, CancellationToken cancellation)
    {
        try
        {
            return explorations.Ask(dictionary, evidence =>
            {
                var ranks = ContextRanking.Order(explorations.Rank(dictionary, evidence, context, cancellation), order);
                var at = ranks.Index().Where(r => r.Item.Feature == index).Select(static r => r.Index).DefaultIfEmpty(-1).First();
                return at < 0 ? null! : new FeatureNeighbours(at > 0 ? ranks[at - 1].Feature : null, at + 1 < ranks.Count ? ranks[at + 1].Feature : null);
            }) ?? new FeatureNeighbours(null, null);
        }
        catch (ContextExpressionException)
        {
            // The card with the context says why.
            return new FeatureNeighbours(null, null);
        }
    }
}
