using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Addresses;

namespace FeatureExplorer.Web.Features;

/// <summary>Finds and compares the two units that an address names.</summary>
public sealed class UnitPairs(FeatureStore store, UnitComparer comparer)
{
    /// <summary>The pair, or null where one of the two does not exist or the left dictionary has no contexts.</summary>
    /// <param name="left">Such as "A/1/12".</param>
    /// <param name="right">Such as "B/neurons/34".</param>
    /// <param name="context">Name of a context of the left dictionary, or null for the left unit's best.</param>
    /// <param name="seed">Decides which tokens are drawn.</param>
    /// <param name="cancellation">Stops the comparison.</param>
    /// <exception cref="AddressException">The left dictionary has no such context.</exception>
    public UnitPair? Find(string? left, string? right, string? context, ulong seed, CancellationToken cancellation)
    {
        var (mine, theirs) = (UnitId.Parse(left), UnitId.Parse(right));
        if (Dictionary(mine) is not { } one || Dictionary(theirs) is not { } other)
        {
            return null;
        }

        var chosen = AddressException.Context(one, context)
            ?? one.FindContext(store.FindFeature(one, mine!.Index)?.BestContext?.Context) ?? (one.Contexts.Count > 0 ? one.Contexts[0] : null);
        return chosen is null ? null
            : new UnitPair(one, mine!.ToString(), other, theirs!.ToString(), chosen, comparer.Compare(one, mine.Index, other, theirs.Index, chosen, seed, cancellation));
    }

    /// <summary>The dictionary of a unit that exists, or null.</summary>
    public DictionaryInfo? Dictionary(UnitId? id) =>
        id is not null && store.FindDictionary(id.Model, id.Name) is { } dictionary && id.Index < dictionary.Features ? dictionary : null;
}
