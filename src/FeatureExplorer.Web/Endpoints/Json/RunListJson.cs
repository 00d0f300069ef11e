namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>The latest runs, newest first.</summary>
public sealed record RunListJson(IEnumerable<RunJson> Runs);
