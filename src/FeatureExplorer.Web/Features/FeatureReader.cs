using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Labels;
using FeatureExplorer.Storage.Relations;

namespace FeatureExplorer.Web.Features;

/// <summary>Finds features for whatever shows one: page, JSON, picture, table, frame.</summary>
public sealed class FeatureReader(FeatureStore store, ExplorerData data, RelationStore relations, AblationStore ablations, LabelStore labels, FeatureNames names)
{
    /// <summary>The feature of an address, or null where there is none.</summary>
    public FeatureView? Find(string model, string name, int index, HistogramView? view = null) =>
        store.FindDictionary(model, name) is { } dictionary ? Find(dictionary, index, view) : null;

    /// <summary>A feature of a dictionary, or null where it has none of that index.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="index">The feature.</param>
    /// <param name="view">What the visitor chose for its histogram; null for nothing.</param>
    public FeatureView? Find(DictionaryInfo dictionary, int index, HistogramView? view = null) => store.FindFeature(dictionary, index) is { } report
        ? new FeatureView(dictionary, report, view ?? HistogramView.Default, new FeatureParts(
            new(() => data.Open(dictionary)),
            new(() => relations.Find(dictionary, index)),
            new(() => ablations.Find(dictionary, index)),
            new(() => store.Neighbours(dictionary, index)),
            new(() => labels.Current(dictionary, [index]).GetValueOrDefault(index)),
            new(() => names.Of(dictionary, report))))
        : null;
}
