namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>
/// What a <see cref="SparseAutoencoder"/> does to every vector before it encodes, and undoes when it has decoded. With x' what the encoder reads and x̂' what the decoder gives,
/// <code>
/// x' = (x − μ) / s        x̂ = σ x̂' + μ
/// </code>
/// and μ, s and σ of the vector itself, n its length. σ f_i d_i is what feature i adds to x̂.
/// </summary>
public enum RowNormalisation
{
    /// <summary>μ = 0, s = σ = 1.</summary>
    None,

    /// <summary>
    /// μ the mean of x, σ its standard deviation with n − 1 degrees of freedom, s = σ + 10⁻⁵: SAELens' "layer_norm" and OpenAI's TopK dictionaries, which both multiply by σ without the 10⁻⁵.
    /// </summary>
    LayerNorm,

    /// <summary>μ = 0, s = σ = ‖x‖ / √n: SAELens' "constant_norm_rescale", OpenMOSS' "token-wise". A vector of zeros stays one.</summary>
    Norm,
}
