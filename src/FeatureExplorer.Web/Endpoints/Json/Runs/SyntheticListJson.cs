namespace FeatureExplorer.Web.Endpoints.Json.Runs;

/// <summary>The tests of recipes against a planted truth.</summary>
/// <param name="Tests">Their names, in alphabetical order.</param>
public sealed record SyntheticListJson(IReadOnlyList<string> Tests);
