namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>What becomes of the matches that a text is split at, in the words of tokenizer.json.</summary>
internal enum SplitBehavior
{
    /// <summary>They are left out.</summary>
    Removed,

    /// <summary>Each is a piece.</summary>
    Isolated,

    /// <summary>Each goes with what comes before it.</summary>
    MergedWithPrevious,

    /// <summary>Each goes with what comes after it.</summary>
    MergedWithNext,

    /// <summary>Neighbours make one piece.</summary>
    Contiguous,
}
