namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>Pointers to the tensors of one layer, in the parameters or in their gradients.</summary>
internal readonly unsafe struct LayerView(TransformerParameters parameters, int layer)
{
    /// <summary>[d].</summary>
    public readonly float* Norm1Gain = parameters[$"h.{layer}.ln_1.weight"];

    public readonly float* Norm1Bias = parameters[$"h.{layer}.ln_1.bias"];

    /// <summary>[d, 3 · heads · size]: columns of the queries, the keys, the values; each by head.</summary>
    public readonly float* Qkv = parameters[$"h.{layer}.attn.c_attn.weight"];

    public readonly float* QkvBias = parameters[$"h.{layer}.attn.c_attn.bias"];

    /// <summary>[size]: gains of the norms of queries and keys, or null.</summary>
    public readonly float* QueryGain = parameters.Has($"h.{layer}.attn.q_norm.weight") ? parameters[$"h.{layer}.attn.q_norm.weight"] : null;

    /// <summary>They have none: zeros.</summary>
    public readonly float* QkNormBias = parameters[$"h.{layer}.attn.q_norm.bias"];

    public readonly float* KeyGain = parameters.Has($"h.{layer}.attn.k_norm.weight") ? parameters[$"h.{layer}.attn.k_norm.weight"] : null;

    /// <summary>[heads · size, d].</summary>
    public readonly float* Out = parameters[$"h.{layer}.attn.c_proj.weight"];

    public readonly float* OutBias = parameters[$"h.{layer}.attn.c_proj.bias"];

    /// <summary>[d].</summary>
    public readonly float* Norm2Gain = parameters[$"h.{layer}.ln_2.weight"];

    public readonly float* Norm2Bias = parameters[$"h.{layer}.ln_2.bias"];

    /// <summary>[d, dMlp] or null.</summary>
    public readonly float* Gate = parameters.Has($"h.{layer}.mlp.c_gate.weight") ? parameters[$"h.{layer}.mlp.c_gate.weight"] : null;

    public readonly float* GateBias = parameters[$"h.{layer}.mlp.c_gate.bias"];

    /// <summary>[d, dMlp].</summary>
    public readonly float* Up = parameters[$"h.{layer}.mlp.c_fc.weight"];

    public readonly float* UpBias = parameters[$"h.{layer}.mlp.c_fc.bias"];

    /// <summary>[dMlp, d].</summary>
    public readonly float* Down = parameters[$"h.{layer}.mlp.c_proj.weight"];

    public readonly float* DownBias = parameters[$"h.{layer}.mlp.c_proj.bias"];
}
