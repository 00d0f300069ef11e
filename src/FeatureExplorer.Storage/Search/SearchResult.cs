using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;

namespace FeatureExplorer.Storage.Search;

/// <summary>What a search found in one dictionary.</summary>
/// <param name="Dictionary">The dictionary.</param>
/// <param name="Total">Features found.</param>
/// <param name="Ranked">True when the best come first; false when there are too many to compare and they come by index.</param>
/// <param name="Features">The first of them.</param>
public sealed record SearchResult(DictionaryInfo Dictionary, int Total, bool Ranked, IReadOnlyList<FeatureSummary> Features);
