namespace FeatureExplorer.Analysis.Contexts;

/// <summary>A named property of token positions, with its share of the held-out tokens.</summary>
/// <param name="Name">Unique name, lower case, as in URLs: "arabic", "base64", "domain:c_code".</param>
/// <param name="Title">What a reader sees: "Arabic script", "base64", "in c_code".</param>
/// <param name="Kind">How membership is decided.</param>
/// <param name="Share">Share of the held-out tokens inside, 0 to 1.</param>
public sealed record ContextInfo(string Name, string Title, ContextKind Kind, double Share);
