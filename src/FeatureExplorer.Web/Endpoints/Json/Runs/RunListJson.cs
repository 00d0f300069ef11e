namespace FeatureExplorer.Web.Endpoints.Json.Runs;

/// <summary>The latest runs, newest first.</summary>
public sealed record RunListJson(IEnumerable<RunJson> Runs);
