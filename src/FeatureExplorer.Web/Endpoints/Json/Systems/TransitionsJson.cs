using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Web.Endpoints.Json.Systems;

/// <summary>Which features come before and after a feature, from token to token.</summary>
/// <param name="Id">Such as "A/1/5".</param>
/// <param name="Before">Transitions to it.</param>
/// <param name="After">Transitions from it.</param>
/// <param name="Provenance">What was counted.</param>
public sealed record TransitionsJson(string Id, IReadOnlyList<TransitionJson> Before, IReadOnlyList<TransitionJson> After, Provenance Provenance);
