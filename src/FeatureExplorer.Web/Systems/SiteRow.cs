using FeatureExplorer.Analysis.LogitSide;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Relations;

namespace FeatureExplorer.Web.Systems;

/// <summary>A dictionary in a comparison of sites.</summary>
/// <param name="Dictionary">The dictionary with its metrics.</param>
/// <param name="Site">Where it reads: "mlp.post.0"; of a transcoder also where it writes: "mlp.in.0 → mlp.out.0".</param>
/// <param name="Update">What it keeps of the layer's update of the logits; null where that has not been measured.</param>
/// <param name="Survey">Its features taken together.</param>
/// <param name="BestScore">Median over live features of the correlation with the best context, 0 for those without one.</param>
/// <param name="Universality">How its features are found again in a dictionary of another model, or of another seed, on the same site; null without one.</param>
public sealed record SiteRow(
    DictionaryInfo Dictionary, string Site, LogitUpdateFigures? Update, DictionarySurvey Survey, double BestScore, UniversalityOf? Universality);
