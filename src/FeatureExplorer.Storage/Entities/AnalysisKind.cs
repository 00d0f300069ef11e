namespace FeatureExplorer.Storage.Entities;

/// <summary>What an <see cref="AnalysisRow"/> holds. Stored by name.</summary>
internal enum AnalysisKind
{
    /// <summary>Feature splitting between two dictionaries of one model.</summary>
    Splitting,

    /// <summary>Features that hand over to each other from token to token, and the systems that they form.</summary>
    Automata,

    /// <summary>The map of a dictionary, or of two jointly.</summary>
    Map,

    /// <summary>What a dictionary's reconstruction keeps of the layer's update of the logits.</summary>
    LogitUpdate,
}
