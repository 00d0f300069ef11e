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

    /// <summary>What the feed-forward layer's matrices read: its norm's output with gain and bias, [DModel]. It is read, never replaced.</summary>
    MlpIn,

    /// <summary>The feed-forward layer's norm before gain and bias: (x − μ) / σ, of an RMSNorm x / σ, [DModel]. It is read, never replaced.</summary>
    MlpNorm,

    /// <summary>The residual stream that the feed-forward layer's norm reads: after attention, in a parallel layer before it, [DModel]. It is read, never replaced.</summary>
    ResidMid,
}
