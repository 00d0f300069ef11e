using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Verdicts;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Labels;
using FeatureExplorer.Storage.Relations;

namespace FeatureExplorer.Web.Features;

/// <summary>What is stored of a feature beside its report, each part read when it is first asked for.</summary>
/// <param name="Files">Its dictionary's files.</param>
/// <param name="Related">Its nearest units in every dictionary that it was compared with.</param>
/// <param name="Ablation">What removing it does, or null.</param>
/// <param name="Neighbours">The features before and after it.</param>
/// <param name="Label">The label that people have given it, or null.</param>
/// <param name="Name">What it is called: its label, or a sentence from the evidence.</param>
internal sealed record FeatureParts(
    Lazy<OpenDictionary> Files, Lazy<IReadOnlyList<RelatedDictionary>> Related, Lazy<AblationReport?> Ablation, Lazy<FeatureNeighbours> Neighbours,
    Lazy<FeatureLabel?> Label, Lazy<FeatureName> Name);
