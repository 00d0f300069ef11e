namespace FeatureExplorer.Analysis.LogitSide;

/// <summary>What part of a logit update comes from.</summary>
public enum LogitTermKind
{
    /// <summary>A feature that fires: f_i d_i.</summary>
    Feature,

    /// <summary>What no feature explains: x − x̂.</summary>
    Error,

    /// <summary>b_dec.</summary>
    DictionaryBias,

    /// <summary>What a skip transcoder adds beside its features: W_skip x.</summary>
    Skip,

    /// <summary>The bias that the model's layer adds after its neurons.</summary>
    LayerBias,
}
