using FeatureExplorer.Training.Imports;

namespace FeatureExplorer.Web.Imports;

/// <summary>What the files of an import hold.</summary>
/// <param name="Model">The model, or null.</param>
/// <param name="Dictionaries">Its dictionaries, the first ones of many.</param>
/// <param name="More">Further ones, which are read when their turn comes.</param>
public sealed record ImportSight(ModelFound? Model, IReadOnlyList<DictionaryFound> Dictionaries, int More);
