namespace FeatureExplorer.Engine.Text.Corpora;

/// <summary>Told of tokens that were written to a split, with the number of their document's domain.</summary>
internal delegate void TokensWritten(int domain, ReadOnlySpan<int> tokens);
