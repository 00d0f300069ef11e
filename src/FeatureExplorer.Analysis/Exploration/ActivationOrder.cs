namespace FeatureExplorer.Analysis.Exploration;

/// <summary>The order in which selected activations are shown.</summary>
public enum ActivationOrder
{
    /// <summary>Strongest first; ties in the order of the text.</summary>
    Activation,

    /// <summary>Weakest first; ties in the order of the text.</summary>
    Weakest,

    /// <summary>In the order of the held-out text.</summary>
    Document,

    /// <summary>Drawn without replacement, by a seed.</summary>
    Random,
}
