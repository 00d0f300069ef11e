namespace FeatureExplorer.Storage.Search;

/// <summary>Where a search looks.</summary>
public enum SearchKind
{
    /// <summary>In the text of the strongest examples, the promoted tokens and the name of the best context.</summary>
    Text,

    /// <summary>Among the tokens that features promote most.</summary>
    Raises,

    /// <summary>Among the best contexts.</summary>
    Context,
}
