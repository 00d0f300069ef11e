namespace FeatureExplorer.Storage;

/// <summary>The bytes of a token; none for the end of text.</summary>
public delegate ReadOnlySpan<byte> TokenBytes(int token);
