namespace FeatureExplorer.Analysis.Contexts;

/// <summary>How a context decides which tokens are inside.</summary>
public enum ContextKind
{
    /// <summary>A Unicode script: every byte of the token belongs to a character of the script, one leading space apart.</summary>
    Script,

    /// <summary>A per-character model over strings of at least two tokens: base64, hexadecimal, DNA.</summary>
    Characters,

    /// <summary>A corpus domain: the document carries the label.</summary>
    Domain,

    /// <summary>An expression that a reader has written.</summary>
    Written,
}
