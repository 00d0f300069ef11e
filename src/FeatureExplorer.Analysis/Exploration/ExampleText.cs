namespace FeatureExplorer.Analysis.Exploration;

/// <summary>A text from the held-out split for readers to try.</summary>
/// <param name="Domain">The document's domain, or null.</param>
/// <param name="Text">The document's beginning.</param>
public sealed record ExampleText(string? Domain, string Text);
