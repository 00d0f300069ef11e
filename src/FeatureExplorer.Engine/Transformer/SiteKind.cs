namespace FeatureExplorer.Engine.Transformer;

/// <summary>Which of a layer's activations are read.</summary>
public enum SiteKind
{
    /// <summary>The neurons after their ReLU, [DMlp]: the paper's site.</summary>
    MlpPost,

    /// <summary>What the feed-forward layer adds to the residual stream, its output bias included, [DModel].</summary>
    MlpOut,

    /// <summary>The residual stream before the layer, [DModel].</summary>
    ResidPre,

    /// <summary>The residual stream after the layer, [DModel].</summary>
    ResidPost,
}
