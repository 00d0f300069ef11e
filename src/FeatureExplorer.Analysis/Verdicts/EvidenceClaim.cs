namespace FeatureExplorer.Analysis.Verdicts;

/// <summary>The five claims that make a feature believable (paper, section on detailed investigations).</summary>
public enum EvidenceClaim
{
    /// <summary>It fires in one context.</summary>
    Specific,

    /// <summary>It fires wherever that context is.</summary>
    Sensitive,

    /// <summary>The model's predictions depend on it.</summary>
    Causal,

    /// <summary>It is no single neuron.</summary>
    NotANeuron,

    /// <summary>Another model's dictionary has it, too.</summary>
    Universal,
}
