using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage;

namespace FeatureExplorer.Web;

/// <summary>Reads a feature's evidence from the stores, for its page and its JSON alike.</summary>
public sealed class EvidenceReader(FeatureStore store, RelationStore relations, AblationStore ablations, ExplorerData data)
{
    /// <summary>The evidence of a feature, judged by the chosen context or its best.</summary>
    public EvidenceSummary Read(DictionaryInfo dictionary, FeatureReport report, string? context) => EvidenceSummary.Of(
        dictionary, report, context, relations.Find(dictionary, report.Index), ablations.Find(dictionary, report.Index),
        (neuron, name) => store.NeuronsOf(dictionary.Model) is { } neurons ? data.Open(neurons).Agreement(neuron, name) : null);
}
