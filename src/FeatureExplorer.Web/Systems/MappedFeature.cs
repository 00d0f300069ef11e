using FeatureExplorer.Analysis.Map;
using FeatureExplorer.Analysis.Verdicts;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;

namespace FeatureExplorer.Web.Systems;

/// <summary>A feature on a map, with what its list and its chart say of it.</summary>
public sealed record MappedFeature(DictionaryInfo Dictionary, MapPoint Point, FeatureSummary Summary, FeatureName Name)
{
    /// <summary>The feature that it splits off from; null where it has none, or where that was not asked for.</summary>
    public MapParent? Parent { get; init; }

    /// <summary>Title of the best context, or null.</summary>
    public string? Context => Summary.BestContext is { } context ? Dictionary.EntryTitleOf(context) : null;
}
