namespace FeatureExplorer.Storage.Corpora;

/// <summary>The start of a document.</summary>
/// <param name="Source">Which one: "law.jsonl:17".</param>
/// <param name="Domain">Its label, or null.</param>
/// <param name="Text">Its first characters.</param>
public sealed record CorpusExcerpt(string Source, string? Domain, string Text);
