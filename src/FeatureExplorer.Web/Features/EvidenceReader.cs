using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Relations;

namespace FeatureExplorer.Web.Features;

/// <summary>Completes a feature's evidence with what its neuron's index says, for its page and its JSON alike.</summary>
public sealed class EvidenceReader(FeatureStore store, ExplorerData data)
{
    /// <summary>The evidence of a feature, judged by the chosen context or its best.</summary>
    public EvidenceSummary Read(
        DictionaryInfo dictionary, FeatureReport report, string? context, IReadOnlyList<RelatedDictionary> related, AblationReport? ablation) => EvidenceSummary.Of(
        dictionary, report, context, related, ablation,
        (neuron, name) => store.NeuronsOf(dictionary.Model) is { } neurons ? data.Open(neurons).Agreement(neuron, name) : null);
}
