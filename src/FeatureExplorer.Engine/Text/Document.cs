namespace FeatureExplorer.Engine.Text;

/// <summary>One text of a corpus.</summary>
/// <param name="Text">Never empty.</param>
/// <param name="Domain">What kind of text it is, if known.</param>
/// <param name="Source">Where it comes from: a file below the corpus's folder, with the line for JSON lines ("law.jsonl.gz:17").</param>
public sealed record Document(string Text, string? Domain, string Source);
