using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>A feature against a context.</summary>
/// <param name="Id">The feature: "A/1/12".</param>
/// <param name="Context">The context, or null where the dictionary has none.</param>
/// <param name="Score">How well both agree; null where that is not known.</param>
/// <param name="Histogram">The feature's activations, coloured by the context; null for a feature that never fires.</param>
/// <param name="Provenance">What was counted.</param>
public sealed record ContextOfFeatureJson(string Id, ContextInfo? Context, ContextScore? Score, ContextHistogram? Histogram, Provenance Provenance);
