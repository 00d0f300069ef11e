using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Relations;

namespace FeatureExplorer.Web.Features;

/// <summary>Reads a feature's evidence from the stores, for its page and its JSON alike.</summary>
public sealed class EvidenceReader(FeatureStore store, RelationStore relations, AblationStore ablations, ExplorerData data)
{
    /// <summary>The evidence of a feature, judged by the chosen context or its best.</summary>
    public EvidenceSummary Read(DictionaryInfo dictionary, FeatureReport report, string? context) =>
        Read(dictionary, report, context, relations.Find(dictionary, report.Index), ablations.Find(dictionary, report.Index));

    /// <summary>The same from relations and an ablation that have been read already.</summary>
    public EvidenceSummary Read(
        DictionaryInfo dictionary, FeatureReport report, string? context, IReadOnlyList<RelatedDictionary> related, AblationReport? ablation) => EvidenceSummary.Of(
        dictionary, report, context, related, ablation,
        (neuron, name) => store.NeuronsOf(dictionary.Model) is { } neurons ? data.Open(neurons).Agreement(neuron, name) : null);
}
