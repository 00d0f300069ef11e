namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>How a <see cref="SparseAutoencoder"/> turns pre-activations p = W_enc (x − b_dec) + b_enc into f.</summary>
public enum DictionaryActivation
{
    /// <summary>f = max(0, p).</summary>
    Relu,

    /// <summary>f = max(0, p) where p is above the feature's threshold, else 0.</summary>
    JumpRelu,

    /// <summary>f = max(0, p) for the k largest of each vector, else 0.</summary>
    TopK,

    /// <summary>f = max(0, exp(r_mag) (p − b_enc) + b_mag) where p &gt; 0, else 0; b_enc is the gate's bias.</summary>
    Gated,

    /// <summary>
    /// Features are taken one after the other, with r = x − b_dec at first: the one of largest p_i = d_i · r above 0 gets f_i + p_i, and r loses p_i d_i, until <see cref="PursuitShape"/> says that it ends.
    /// W_enc is W_dec, and there is no b_enc. SAELens' "matching_pursuit"; Costa et al. 2025, arXiv:2506.03093.
    /// </summary>
    MatchingPursuit,
}
