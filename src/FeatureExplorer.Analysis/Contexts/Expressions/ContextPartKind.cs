namespace FeatureExplorer.Analysis.Contexts.Expressions;

/// <summary>The properties of a token that an expression can ask for.</summary>
public enum ContextPartKind
{
    /// <summary>A match of a regular expression in the document's text covers the token or part of it.</summary>
    Regex,

    /// <summary>The token is one of a list.</summary>
    Tokens,

    /// <summary>The token before it, in the same document, is one of a list.</summary>
    Previous,

    /// <summary>The token is written in a Unicode script.</summary>
    Script,

    /// <summary>The token's document belongs to a domain of the corpus.</summary>
    Domain,

    /// <summary>The token is inside a context that has a name.</summary>
    Context,
}
