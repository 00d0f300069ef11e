namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>Pointers to the tensors of one layer, in the parameters or in their gradients.</summary>
internal readonly unsafe struct LayerView(TransformerParameters parameters, int layer)
{
    /// <summary>[d].</summary>
    public readonly float* Norm1Gain = parameters[$"h.{layer}.ln_1.weight"];

    public readonly float* Norm1Bias = parameters[$"h.{layer}.ln_1.bias"];

    /// <summary>[d, 3d]: columns of the queries, the keys, the values; each by head.</summary>
    public readonly float* Qkv = parameters[$"h.{layer}.attn.c_attn.weight"];

    public readonly float* QkvBias = parameters[$"h.{layer}.attn.c_attn.bias"];

    /// <summary>[d, d].</summary>
    public readonly float* Out = parameters[$"h.{layer}.attn.c_proj.weight"];

    public readonly float* OutBias = parameters[$"h.{layer}.attn.c_proj.bias"];

    /// <summary>[d].</summary>
    public readonly float* Norm2Gain = parameters[$"h.{layer}.ln_2.weight"];

    public readonly float* Norm2Bias = parameters[$"h.{layer}.ln_2.bias"];

    /// <summary>[d, dMlp].</summary>
    public readonly float* Up = parameters[$"h.{layer}.mlp.c_fc.weight"];

    public readonly float* UpBias = parameters[$"h.{layer}.mlp.c_fc.bias"];

    /// <summary>[dMlp, d].</summary>
    public readonly float* Down = parameters[$"h.{layer}.mlp.c_proj.weight"];

    public readonly float* DownBias = parameters[$"h.{layer}.mlp.c_proj.bias"];
}
